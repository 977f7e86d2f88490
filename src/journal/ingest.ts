// Ingestion: many items in one change, each with its own outcome; idempotent by request; what cannot be applied yet is kept.
import { createHash, type BinaryLike } from 'node:crypto';
import { poisonIn } from '../core/poison';
import { refusal, type Refusal } from '../core/refusal';
import { LONGEST_NAME } from '../core/text-limits';
import { badInput } from '../platform/graphql/errors';
import type { Actor } from '../platform/context';
import type { Db } from '../platform/postgres/pool';
import { canonicalJson, type Json } from './entry';
import { keepItems, resolveWaiting, waitingFor, type KeptItem } from './quarantine';
import { claimKey, positionOfChange, storeAnswer } from './idempotency';
import type { Write, Writer } from './write';

export type Outcome = 'APPLIED' | 'UNCHANGED' | 'DUPLICATE' | 'QUARANTINED' | 'REJECTED';

/** What became of one item. */
export interface ItemResult {
  readonly outcome: Outcome;
  /** Public id of what the item made or found. */
  readonly id: string | null;
  readonly refusal: Refusal | null;
  /** Set on QUARANTINED: the key whose arrival applies the item, such as `employee:E12345`; null when a person must repair it. */
  readonly waitsFor?: string | null;
  /** Set on QUARANTINED: what is kept instead of the item, when it must say what it left to the instant at which it was sent. */
  readonly kept?: unknown;
}

/** Applies items inside a change; answers one result per item, in order. It must not throw for a bad item. */
export type Applier = (write: Write, items: readonly unknown[], source: string) => Promise<ItemResult[]>;

/** Leaves out of items what their source may not tell: answers the same list when it may tell all, else another, and what was left out by name. */
export type Limit = (
  write: Write,
  operation: string,
  source: string,
  items: readonly unknown[],
) => Promise<{ readonly items: readonly unknown[]; readonly dropped: ReadonlyMap<string, number> | null }>;

/** What ingestion does with what a source may not tell. */
export interface Limits {
  readonly limit: Limit;
  /** Called once for each request that was taken in. */
  readonly onDropped: (operation: string, source: string, dropped: ReadonlyMap<string, number>) => void;
}

export interface IngestRequest {
  readonly operation: string;
  readonly source: string;
  readonly idempotencyKey?: string | null;
  readonly atomic?: boolean | null;
  readonly items: readonly unknown[];
}

export interface IngestAnswer {
  readonly results: readonly (ItemResult & { readonly index: number })[];
  readonly cursor: string;
}

/** The published limit of items per mutation. */
export const maxItems = 1_000;

const LONGEST_SOURCE = 200;

/** Rolls the change back when `atomic` was asked for and an item was refused. */
class AtomicAbort extends Error {
  constructor(readonly results: readonly ItemResult[]) {
    super('atomic request refused');
  }
}

export class Ingestion {
  constructor(
    private readonly writer: Writer,
    private readonly appliers: ReadonlyMap<string, Applier>,
    private readonly cursorAt: (position: number) => Promise<string>,
    private readonly db: Db,
    private readonly limits: Limits,
  ) {}

  /** Applies a request in one change. The same idempotency key with the same body answers as the first time and changes nothing. */
  async ingest(actor: Actor, request: IngestRequest): Promise<IngestAnswer & { position: number }> {
    if (request.items.length > maxItems)
      throw badInput(`Send at most ${maxItems} items per request; this one has ${request.items.length}.`);
    const refused = poisonIn(request.source) ?? poisonIn(request.idempotencyKey ?? '');
    if (refused || request.source.trim() === '') throw badInput('`source` names the sending system: plain text, not empty.');
    if (request.source.length > LONGEST_SOURCE) throw badInput(`\`source\` has at most ${LONGEST_SOURCE} characters.`);
    if ((request.idempotencyKey?.length ?? 0) > LONGEST_NAME)
      throw badInput(`\`idempotencyKey\` has at most ${LONGEST_NAME} characters.`);
    const whole = prepared(request, request.items);
    try {
      const { value, position, cursor } = await this.writer.write({ actor, source: request.source }, async (write) => {
        // before anything is looked at: what a source may not tell is as if it had never been sent
        const { items: told, dropped } = await this.limits.limit(write, request.operation, request.source, request.items);
        const { items, poisons, hash } = told === request.items ? whole : prepared(request, told);
        const key = request.idempotencyKey;
        if (key) {
          const earlier = await claimKey(write, request.operation, request.source, key, hash);
          if (earlier) return { ...earlier, dropped: null };
        }
        const results = await this.apply(write, request, items, poisons);
        if (key) await storeAnswer(write, request.operation, request.source, key, results);
        return { results, change: null, dropped };
      });
      if (value.dropped) this.limits.onDropped(request.operation, request.source, value.dropped);
      // by now the log holds what the earlier request did: its answer has the position it had then
      const answered = value.change === null ? null : await positionOfChange(this.db, value.change);
      return { results: indexed(value.results), cursor: answered === null ? cursor : await this.cursorAt(answered), position };
    } catch (error) {
      if (!(error instanceof AtomicAbort)) throw error;
      const { position, cursor } = await this.writer.write({ actor, source: request.source }, async () => null);
      return { results: indexed(abortedResults(error.results)), cursor, position };
    }
  }

  /** Applies the items that waited for what this change brought (a reaction of every write). */
  readonly releaseWaiting = async (write: Write): Promise<void> => {
    const tried = new Set<string>();
    for (;;) {
      const keys = [...write.arrived].filter((key) => !tried.has(key));
      if (keys.length === 0) return;
      keys.forEach((key) => tried.add(key));
      for (const group of grouped(await waitingFor(write.db, keys))) {
        // what the source was allowed when they came may be less by now
        const { items } = await this.limits.limit(
          write,
          group.operation,
          group.source,
          group.items.map((item) => item.item),
        );
        const results = await this.applier(group.operation)(write, items, group.source);
        await resolveWaiting(
          write,
          group.items,
          results.map((result) => (isRefused(result) ? result : null)),
        );
      }
    }
  };

  private async apply(
    write: Write,
    request: IngestRequest,
    items: readonly Json[],
    poisons: readonly Poison[],
  ): Promise<ItemResult[]> {
    const { operation, source } = request;
    const sound = items.filter((_, index) => !poisons[index]);
    const applied = sound.length > 0 ? await this.applier(operation)(write, sound, source) : [];
    let next = 0;
    const results = poisons.map((poison) => (poison ? poisoned(poison) : applied[next++]!));
    if (request.atomic && results.some(isRefused)) throw new AtomicAbort(results);
    const kept: KeptItem[] = [];
    results.forEach((result, index) => {
      if (result.outcome !== 'QUARANTINED') return;
      const item = JSON.stringify(result.kept ?? items[index]);
      kept.push({ operation, source, waitsFor: result.waitsFor ?? null, item, refusal: result.refusal! });
    });
    await keepItems(write, kept);
    return results.map(({ outcome, id, refusal: no }) => ({ outcome, id, refusal: no }));
  }

  /** What applies the items of an operation inside a change. */
  applier(operation: string): Applier {
    const applier = this.appliers.get(operation);
    if (!applier) throw new Error(`No applier for ${operation}`);
    return applier;
  }
}

/** SHA-256. */
export function digest(text: BinaryLike): Buffer {
  return createHash('sha256').update(text).digest();
}

type Poison = ReturnType<typeof poisonIn>;

/** Items as they are hashed, kept and applied, and what of each cannot be. */
function prepared({ source, atomic }: IngestRequest, told: readonly unknown[]) {
  const poisons: Poison[] = told.map((item) => poisonIn(item));
  const items = told.map((item) => plain(item));
  return { poisons, items, hash: digest(canonicalJson([source, atomic === true, items])) };
}

/** Deeper than anything that is applied; what lies below is only shown to be there. */
const SHOWN_DEPTH = 40;

// input objects of the schema become plain JSON: what is hashed, kept and applied is the same thing. Of an item that cannot be applied,
// what has no JSON form (1e400) or would exhaust its readers (a hundred thousand brackets) is replaced by a word, to be kept with the rest
function plain(value: unknown, depth = 0): Json {
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value !== 'object' || value === null) return value as Json;
  if (depth > SHOWN_DEPTH) return '(deeper)';
  if (Array.isArray(value)) return value.map((member) => plain(member, depth + 1));
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([name, member]) => [name, plain(member, depth + 1)]));
}

function poisoned({ path, what }: NonNullable<Poison>): ItemResult {
  const message = `A value of this item ${what}, which cannot be stored: correct it and send the item again.`;
  return { outcome: 'QUARANTINED', id: null, refusal: refusal('UNSTORABLE_VALUE', message, path), waitsFor: null };
}

function isRefused(result: ItemResult): boolean {
  return result.outcome === 'REJECTED' || result.outcome === 'QUARANTINED';
}

function abortedResults(results: readonly ItemResult[]): ItemResult[] {
  const first = results.findIndex(isRefused);
  const message = `Nothing of this atomic request was applied because item ${first} was refused: correct it and send all items again.`;
  return results.map((result) =>
    isRefused(result)
      ? { outcome: 'REJECTED', id: null, refusal: result.refusal }
      : { outcome: 'REJECTED', id: null, refusal: refusal('ATOMIC_REQUEST_REFUSED', message) },
  );
}

function indexed(results: readonly ItemResult[]): (ItemResult & { index: number })[] {
  return results.map((result, index) => ({ ...result, index }));
}

function grouped<T extends { operation: string; source: string }>(
  items: readonly T[],
): { operation: string; source: string; items: T[] }[] {
  const groups = new Map<string, { operation: string; source: string; items: T[] }>();
  for (const item of items) {
    const key = JSON.stringify([item.operation, item.source]);
    const group = groups.get(key) ?? { operation: item.operation, source: item.source, items: [] };
    group.items.push(item);
    groups.set(key, group);
  }
  return [...groups.values()];
}
