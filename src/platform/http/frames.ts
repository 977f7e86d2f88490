// What goes over a socket: an answer that many are sent is written as JSON once, and only the id around it differs.
import type { ExecutionResult, GraphQLFormattedError } from 'graphql';

/** A message about to be sent. */
export interface Frame {
  readonly text: string;
  /** The operation it belongs to; absent on messages of the connection. */
  readonly id?: string;
  /** The position that an answer stands for; undefined when it is none. */
  readonly position?: unknown;
}

interface Message {
  readonly id?: string;
  readonly type: string;
}

const PLACEHOLDER = '""';

/** Answers as clients see them, and messages around them. */
export class Frames {
  readonly #shown = new WeakMap<ExecutionResult, ExecutionResult>();
  readonly #payloads = new WeakMap<object, string>();
  #held: (Omit<Frame, 'text'> & { readonly payload: string }) | null = null;

  constructor(private readonly present: (error: unknown) => GraphQLFormattedError) {}

  /** An answer with its errors as they are shown: the same object for the same answer, whoever asks. */
  shown(result: ExecutionResult): ExecutionResult {
    if (result.errors === undefined) return result;
    let shown = this.#shown.get(result);
    if (shown === undefined) {
      shown = { ...result, errors: result.errors.map(this.present) as never };
      this.#shown.set(result, shown);
    }
    return shown;
  }

  /**
   * For the protocol, which writes a message and sends it in the same breath: what is in it is not written again but held, and `complete` puts it
   * where a placeholder was written instead.
   */
  readonly replacer = (() => {
    const hold = (message: Message, payload: object): string => {
      const { extensions } = payload as ExecutionResult;
      const position = message.type === 'next' ? extensions?.['position'] : undefined;
      this.#held = { id: message.id, position, payload: this.#textOf(payload) };
      return '';
    };
    return function (this: unknown, key: string, value: unknown): unknown {
      return key === 'payload' && typeof value === 'object' && value !== null ? hold(this as Message, value) : value;
    };
  })();

  /** The message that was just written, with what is in it. */
  complete(text: string): Frame {
    const held = this.#held;
    this.#held = null;
    if (held === null) return { text };
    if (!text.endsWith(`"payload":${PLACEHOLDER}}`)) throw new Error('a message was not sent as it was written');
    const { payload, ...rest } = held;
    return { ...rest, text: `${text.slice(0, -PLACEHOLDER.length - 1)}${payload}}` };
  }

  #textOf(payload: object): string {
    let text = this.#payloads.get(payload);
    if (text === undefined) this.#payloads.set(payload, (text = JSON.stringify(payload)));
    return text;
  }
}
