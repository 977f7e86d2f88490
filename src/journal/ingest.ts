// Ingestion: many items in one change, each with its own outcome; idempotent by request; what cannot be applied yet is kept.
import { createHash, type BinaryLike } from 'node:crypto';
import { poisonIn } from '../core/poison';
import { refusal, type Refusal } from '../core/refusal';
import { badInput } from '../platform/graphql/errors';
import type { Actor } from '../platform/context';
import { canonicalJson, type Json } from './entry';
import { keepItems, resolveWaiting, waitingFor, type KeptItem } from './quarantine';
import { claimKey, storeAnswer } from './idempotency';
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
}

/** Applies items inside a change; answers one result per item, in order. It must not throw for a bad item. */
export type Applier = (write: Write, items: readonly unknown[], source: string) => Promise<ItemResult[]>;

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
    private readonly cursorAt: (position: number) => string,
  ) {}

  /** Applies a request in one change. The same idempotency key with the same body answers as the first time and changes nothing. */
  async ingest(actor: Actor, request: IngestRequest): Promise<IngestAnswer & { position: number }> {
    if (request.items.length > maxItems)
      throw badInput(`Send at most ${maxItems} items per request; this one has ${request.items.length}.`);
    const refused = poisonIn(request.source) ?? poisonIn(request.idempotencyKey ?? '');
    if (refused || request.source.trim() === '') throw badInput('`source` names the sending system: plain text, not empty.');
    const items = request.items.map(plain);
    const hash = digest(canonicalJson([request.source, request.atomic === true, items]));
    try {
      const { value, position, cursor } = await this.writer.write({ actor, source: request.source }, async (write) => {
        const key = request.idempotencyKey;
        if (key) {
          const earlier = await claimKey(write, request.operation, request.source, key, hash);
          if (earlier) return earlier;
        }
        const results = await this.apply(write, request.operation, items, request.source, request.atomic === true);
        if (key) await storeAnswer(write, request.operation, request.source, key, results);
        return { results, position: null };
      });
      const answered = value.position;
      return { results: indexed(value.results), cursor: answered === null ? cursor : this.cursorAt(answered), position };
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
        const results = await this.applier(group.operation)(
          write,
          group.items.map((item) => item.item),
          group.source,
        );
        const stillWaiting = results.map((result) => (result.outcome === 'QUARANTINED' ? result : null));
        await resolveWaiting(write, group.items, stillWaiting);
      }
    }
  };

  private async apply(
    write: Write,
    operation: string,
    items: readonly Json[],
    source: string,
    atomic: boolean,
  ): Promise<ItemResult[]> {
    const results = new Array<ItemResult>(items.length);
    const sound: number[] = [];
    items.forEach((item, index) => {
      const poison = poisonIn(item);
      if (poison) results[index] = poisoned(poison);
      else sound.push(index);
    });
    const applied =
      sound.length > 0
        ? await this.applier(operation)(
            write,
            sound.map((index) => items[index]),
            source,
          )
        : [];
    sound.forEach((index, i) => (results[index] = applied[i]!));
    if (atomic && results.some(isRefused)) throw new AtomicAbort(results);
    const kept: KeptItem[] = [];
    results.forEach((result, index) => {
      if (result.outcome !== 'QUARANTINED') return;
      kept.push({
        operation,
        source,
        waitsFor: result.waitsFor ?? null,
        item: JSON.stringify(items[index]),
        refusal: result.refusal!,
      });
    });
    await keepItems(write, kept);
    return results.map(({ outcome, id, refusal: no }) => ({ outcome, id, refusal: no }));
  }

  private applier(operation: string): Applier {
    const applier = this.appliers.get(operation);
    if (!applier) throw new Error(`No applier for ${operation}`);
    return applier;
  }
}

/** SHA-256. */
export function digest(text: BinaryLike): Buffer {
  return createHash('sha256').update(text).digest();
}

// input objects of the schema become plain JSON: what is hashed, kept and applied is the same thing; -0 and 1e400 have no JSON form
function plain(item: unknown): Json {
  const copy = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(copy);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, member]) => member !== undefined)
        .map(([name, member]) => [name, copy(member)]),
    );
  };
  return copy(item) as Json;
}

function poisoned({ path, what }: { path: readonly string[]; what: string }): ItemResult {
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
