// How what comes over a socket is executed: a query, a mutation, or a subscription with each of its events.
import {
  createSourceEventStream,
  execute,
  getOperationAST,
  OperationTypeNode,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLSchema,
} from 'graphql';

import type { Deprecated } from '../graphql/deprecations';
import type { Metrics } from '../metrics';
import { inOperation } from '../operation';
import { inTrace, type Origin } from '../trace';
import { untilAvailable } from './available';
import type { Caller, Handlers, Payer } from './context';
import { deprecationExtensions } from './deprecated';
import type { Door } from './door';
import { inTime, Life } from './life';
import { measured } from './measured';
import { Results } from './results';
import { AnotherClass, answerKey, believed, SharedAnswers } from './shared';

/** Who asks, and what is known of the operation. */
export interface Asking extends Caller, Origin {
  readonly payer: Payer;
  readonly bytes: number;
  readonly life: Life;
  /** Called once, when it is answered. */
  readonly end: () => void;
}

/** What executes. */
export interface ExecutionOptions<C extends object> extends Handlers<C> {
  readonly schema: GraphQLSchema;
  readonly door: Door<C>;
  readonly metrics: Metrics;
  /** True once the server stops: an event is not waited for any more. */
  readonly isClosed: () => boolean;
}

type Streamed = ExecutionResult | AsyncIterableIterator<ExecutionResult>;

/** Executes operations, each with a context of its own; each event of a subscription too, because loaders must not outlive it. */
export class Execution<C extends object> {
  readonly #shared = new SharedAnswers();

  constructor(private readonly options: ExecutionOptions<C>) {}

  /** Executes a query or a mutation when it is its turn. */
  async operation(args: ExecutionArgs, asking: Asking): Promise<ExecutionResult> {
    const { door, metrics } = this.options;
    const { life, payer } = asking;
    const kind = getOperationAST(args.document, args.operationName)?.operation;
    const isMutation = kind === OperationTypeNode.MUTATION;
    life.lasts(isMutation ? door.shares.mutationSeconds : door.shares.querySeconds);
    const work = async (): Promise<ExecutionResult> => {
      const leave = await door.turn(payer, asking.bytes, life.signal).catch((error: unknown) => {
        metrics.operations.inc({ transport: 'ws', kind: kind ?? 'none', outcome: 'limited' });
        throw error;
      });
      if (isMutation) life.isWantedAnyway();
      return this.#once(args, asking, life).finally(leave);
    };
    const result = await inTime(life, work().finally(asking.end));
    return { ...result, extensions: { ...result.extensions, rateLimit: door.quotaOf(payer) } };
  }

  /** Opens a subscription; whoever asks has the time of a query for that. */
  async open(args: ExecutionArgs, asking: Asking): Promise<Streamed> {
    const { life } = asking;
    life.lasts(this.options.door.shares.querySeconds);
    const opening = inOperation(life.signal, () => inTrace(asking.traceId, () => this.#subscribe(args, asking)));
    const late = life.late.then((error) => {
      // what opens after that, nobody waits for
      opening.then((opened) => ('return' in opened ? opened.return?.() : undefined)).catch(() => undefined);
      return { errors: [error] };
    });
    return Promise.race([opening.finally(asking.end), late]);
  }

  /**
   * Executes with a fresh context: a query, a mutation, or one event of a subscription whose deprecated parts were noted before. What is to be
   * shared under a key is not answered to another class.
   */
  #once(
    args: ExecutionArgs,
    asking: Asking,
    life: Life,
    noted?: readonly Deprecated[],
    key: string | null = null,
  ): Promise<ExecutionResult> {
    const work = async (): Promise<ExecutionResult> => {
      const context = await this.options.createContext(asking);
      try {
        const used = noted ?? this.#noteDeprecated(context, args);
        if (key !== null && this.#keyOf(context, args, used) !== key) throw new AnotherClass();
        return await this.#finish(await execute({ ...args, contextValue: context }), context, used);
      } finally {
        await this.#release(context);
      }
    };
    return inOperation(life.signal, () => measured(this.options, asking, args, noted !== undefined, work));
  }

  async #subscribe(args: ExecutionArgs, asking: Asking): Promise<Streamed> {
    const { options } = this;
    const opening = await options.createContext(asking);
    let source: AsyncIterable<unknown> | null = null;
    let used: readonly Deprecated[] = [];
    try {
      used = this.#noteDeprecated(opening, args);
      const created = await createSourceEventStream({ ...args, contextValue: opening });
      if (!(Symbol.asyncIterator in created)) return await this.#finish(created, opening, used);
      source = created;
    } finally {
      if (source === null) await this.#release(opening);
    }
    const execution = (event: unknown, key: string | null = null) =>
      untilAvailable(() => this.#event({ ...args, rootValue: event }, asking, used, key), options.isClosed);
    // asked again and again: whoever has lost a role is not told what those are who still have it, nor the other way about
    const keyNow = believed(async () => {
      const context = await untilAvailable(() => options.createContext(asking), options.isClosed);
      const key = this.#keyOf(context, args, used)!;
      await this.#release(context);
      return key;
    });
    const answer = (event: unknown): Promise<ExecutionResult> =>
      options.classOf ? this.#shared.getNow(event, keyNow, (key) => execution(event, key)) : execution(event);
    options.metrics.subscriptions.inc();
    return new Results(source[Symbol.asyncIterator](), answer, async () => {
      options.metrics.subscriptions.dec();
      await this.#release(opening);
    });
  }

  #event(args: ExecutionArgs, asking: Asking, used: readonly Deprecated[], key: string | null): Promise<ExecutionResult> {
    const { door } = this.options;
    const life = new Life();
    const work = (): Promise<ExecutionResult> => {
      life.lasts(door.shares.querySeconds);
      return this.#once(args, asking, life, used, key).finally(() => life.end());
    };
    return door.answerEvent(asking.payer, () => inTime(life, work()));
  }

  async #finish(result: ExecutionResult, context: C, used: readonly Deprecated[]): Promise<ExecutionResult> {
    const own = await this.options.onResponse?.(context, false);
    const extensions = { ...result.extensions, ...own, ...deprecationExtensions(used) };
    return Object.keys(extensions).length > 0 ? { ...result, extensions } : result;
  }

  #noteDeprecated(context: C, { document, operationName, variableValues }: ExecutionArgs): readonly Deprecated[] {
    const { schema, noteDeprecated } = this.options;
    const named = operationName ? { operationName } : {};
    return noteDeprecated?.(context, { schema, document, variables: variableValues ?? {}, ...named }) ?? [];
  }

  /** Under which key an answer is shared; null: it is not. */
  #keyOf(context: C, args: ExecutionArgs, used: readonly Deprecated[]): string | null {
    const { classOf } = this.options;
    return classOf ? answerKey([classOf(context), ...used.map(({ element }) => element)].join(' '), args) : null;
  }

  async #release(context: C): Promise<void> {
    await this.options.releaseContext?.(context);
  }
}
