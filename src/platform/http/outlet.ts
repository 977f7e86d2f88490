// One socket's outlet: slow readers and those whose credentials end are told where they are, and cut off.
import type { WebSocket } from 'ws';

import { closeSocket } from './closing';
import type { Frame } from './frames';

/** How an outlet behaves. */
export interface OutletOptions {
  readonly now: () => number;
  /** A socket that takes nothing for this long is closed with 4408. */
  readonly slowAfterMs: number;
  /** Bytes of a write under way that the system has not taken yet: of a large message it takes a part at a time. */
  readonly underWay?: () => number;
}

/** A clock that is corrected is noticed this soon. */
const LOOK_EVERY_MS = 1_000;
/** Looks for slow readers within the time they have. */
const LOOKS = 10;

/** Sends one message at a time, so that a slow reader slows its own subscription and nothing else. */
export class Outlet {
  readonly #running = new Set<string>();
  readonly #sent = new Map<string, unknown>();
  #sending = 0;
  #takenAt = 0;
  #underWay = 0;
  #slow: NodeJS.Timeout | null = null;
  #expiresAt = Infinity;
  #timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly socket: WebSocket,
    private readonly options: OutletOptions,
  ) {
    socket.once('close', () => {
      if (this.#timer) clearTimeout(this.#timer);
      if (this.#slow) clearInterval(this.#slow);
    });
  }

  /** Closes with 4401 from an instant on, and sends nothing after it. */
  expireAt(instant: number | null): void {
    this.#expiresAt = instant ?? Infinity;
    if (instant !== null && this.socket.readyState === this.socket.OPEN) this.#watch();
  }

  /** Closes with 4401 at once, and sends nothing more. */
  end(why: string): void {
    this.#close(4401, why);
  }

  /** Something waits to be taken. */
  get isSending(): boolean {
    return this.#sending > 0;
  }

  began(id: string): void {
    this.#running.add(id);
  }

  ended(id: string): void {
    this.#running.delete(id);
    this.#sent.delete(id);
  }

  /** Resolves when the socket has taken the message, or never will: it takes its subscriptions with it, and nobody is left to be told. */
  send({ text, id, position }: Frame): Promise<void> {
    const { socket } = this;
    if (this.options.now() >= this.#expiresAt) this.#expire();
    if (socket.readyState !== socket.OPEN) return Promise.resolve();
    if (this.#sending++ === 0) this.#took();
    this.#slow ??= setInterval(() => this.#lookForSlow(), this.options.slowAfterMs / LOOKS).unref();
    return new Promise((resolve) => {
      socket.send(text, (error) => {
        this.#sending -= 1;
        this.#took();
        if (error) socket.terminate();
        else if (id !== undefined && position !== undefined) this.#sent.set(id, position);
        resolve();
      });
    });
  }

  #took(): void {
    this.#takenAt = performance.now();
    this.#underWay = this.#left();
  }

  #left(): number {
    return this.options.underWay?.() ?? 0;
  }

  /** Slow is who takes nothing: a large answer may take as long as it takes. */
  #lookForSlow(): void {
    if (this.#sending === 0) {
      clearInterval(this.#slow!);
      this.#slow = null;
    } else if (this.#left() !== this.#underWay) this.#took();
    else if (performance.now() - this.#takenAt >= this.options.slowAfterMs) this.#close(4408, 'Too slow');
  }

  #watch(): void {
    const left = this.#expiresAt - this.options.now();
    if (left <= 0) this.#expire();
    else this.#timer = setTimeout(() => this.#watch(), Math.min(left, LOOK_EVERY_MS)).unref();
  }

  #expire(): void {
    this.#close(4401, 'Expired');
  }

  /** Several subscriptions are at several places, which no position can stand for. */
  #close(code: number, why: string): void {
    const [id] = this.#running;
    const last = this.#running.size === 1 ? this.#sent.get(id!) : undefined;
    const from = last === undefined ? '' : `: resume after position ${JSON.stringify(last)}`;
    closeSocket(this.socket, code, `${why}${from}`);
  }
}
