// What comes over a socket: messages of the protocol, read no faster than their answers are taken.
import type { RawData, WebSocket } from 'ws';

import { closeSocket } from './closing';
import { namedDocument, type AskedDocument } from './reader';

/** A message as the protocol takes it; what is in it is checked there. */
export interface IncomingMessage {
  readonly type: string;
  readonly payload?: unknown;
}

/** What is done with messages. */
export interface IncomingHandlers {
  /** @param bytes of the message */
  readonly handle: (message: IncomingMessage, bytes: number) => void;
  /** Called with each message that asks for nothing. */
  readonly onOther: () => void;
}

/** What waits for the client to take it; as long as it is more, nothing is read: answers would pile up. */
export const MOST_UNTAKEN_BYTES = 1024 * 1024;
/** Messages that ask for nothing, of at most so many bytes each, that are read within a second; longer ones count as several. */
export const OTHERS_PER_SECOND = 500;
export const BYTES_OF_ONE = 4_096;

const LOOK_EVERY_MS = 25;
const BY_CLIENTS = new Set(['connection_init', 'ping', 'pong', 'subscribe', 'complete']);

interface Unread {
  readonly message: IncomingMessage;
  readonly bytes: number;
}

/** Hands the messages of one socket over one after the other, and has the client wait where it sends too many. */
export class Incoming {
  readonly #waiting: Unread[] = [];
  #timer: NodeJS.Timeout | null = null;
  #second = 0;
  #others = 0;

  constructor(
    private readonly socket: WebSocket,
    private readonly handlers: IncomingHandlers,
  ) {
    socket.on('message', (data: RawData, isBinary: boolean) => this.#receive(data, isBinary));
    // WebSocket has pings of its own
    for (const frame of ['ping', 'pong'] as const) socket.on(frame, () => this.#count(0));
    socket.once('close', () => this.#stop());
  }

  #receive(data: RawData, isBinary: boolean): void {
    const { socket } = this;
    // what comes behind a close is not for anybody
    if (socket.readyState !== socket.OPEN) return;
    const text = textOf(data);
    const message = isBinary ? null : messageOf(text);
    if (message === null) return closeSocket(socket, 4400, 'Invalid message received');
    this.#waiting.push({ message, bytes: text.length });
    this.#handOver();
  }

  #handOver(): void {
    // what waits behind a message that ended the socket is for nobody either
    while (this.#waiting.length > 0 && this.socket.readyState === this.socket.OPEN && this.#mayRead()) {
      const { message, bytes } = this.#waiting.shift()!;
      if (message.type !== 'subscribe') {
        this.#count(bytes);
        this.handlers.onOther();
      }
      this.handlers.handle(message, bytes);
    }
    if (this.#waiting.length > 0 || !this.#mayRead()) this.#pause();
  }

  #count(bytes: number): void {
    this.#others += 1 + Math.floor(bytes / BYTES_OF_ONE);
    if (!this.#mayRead()) this.#pause();
  }

  #mayRead(): boolean {
    const second = Math.floor(performance.now() / 1_000);
    // what was too much for one second is made up for in the next ones
    if (second > this.#second) this.#others = Math.max(0, this.#others - (second - this.#second) * OTHERS_PER_SECOND);
    this.#second = second;
    return this.#others < OTHERS_PER_SECOND && this.socket.bufferedAmount <= MOST_UNTAKEN_BYTES;
  }

  #pause(): void {
    if (this.#timer !== null) return;
    this.socket.pause();
    this.#timer = setInterval(() => {
      if (this.socket.readyState !== this.socket.OPEN) this.#stop();
      else if (this.#mayRead()) this.#goOn();
    }, LOOK_EVERY_MS).unref();
  }

  #goOn(): void {
    this.#resume();
    this.#handOver();
  }

  /** Nobody is listened to any more; what still comes is read, so that an answer to the close is found. */
  #stop(): void {
    this.#waiting.length = 0;
    this.#resume();
  }

  #resume(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.socket.resume();
  }
}

/** ws delivers what it received as one buffer or several. */
function textOf(data: RawData): string {
  return (Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer)).toString('utf8');
}

/** A message that clients send; null: it is none. */
function messageOf(text: string): IncomingMessage | null {
  try {
    const message = JSON.parse(text) as { type?: unknown; payload?: AskedDocument | null } | null;
    if (typeof message?.type !== 'string' || !BY_CLIENTS.has(message.type)) return null;
    return message.type === 'subscribe' ? withDocument(message as IncomingMessage) : (message as IncomingMessage);
  } catch {
    return null;
  }
}

/** The protocol insists on a document; one that is only named is none. */
function withDocument(message: IncomingMessage): IncomingMessage {
  const { payload } = message;
  if (typeof payload !== 'object' || payload === null || 'query' in payload || namedDocument(payload) === null) return message;
  return { ...message, payload: { ...payload, query: '' } };
}
