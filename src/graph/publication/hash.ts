// What a rehearsal's hash says: which draft, over which time, known when, and what came of it.
import { createHash } from 'node:crypto';
import type { Instant } from '../../core/calendar';
import { isRefusal, refusal, type Refusal } from '../../core/refusal';
import type { Verdict } from '../../core/verdict';
import type { Db } from '../../platform/postgres/pool';
import type { View } from '../context';
import { typesKnown } from '../credentials/types';
import { definitionsKnown } from '../rules/definitions';
import type { CheckedDraft } from '../rules/draft';
import type { KnownDefinitions } from '../eligibility/known-facts';
import { rehearse } from './rehearse';
import type { RehearsedChange, RehearsedChanges } from './rehearsed-changes';

/** A rehearsal as its hash carries it. */
export interface RehearsalHash {
  /** Of which draft. */
  readonly draft: string;
  readonly from: Instant;
  readonly to: Instant;
  /** The position of the log it was rehearsed at. */
  readonly known: number;
  readonly digest: string;
}

const FORMAT = 'rehearsal-1';

/** The draft's own part of the hash. */
export function draftDigest({ key }: CheckedDraft): string {
  return createHash('sha256').update(key).digest('base64url');
}

/** Writes a hash. Opaque to the caller. */
export function writeHash({ draft, from, to, known, digest }: RehearsalHash): string {
  return Buffer.from(JSON.stringify([FORMAT, draft, from, to, known, digest])).toString('base64url');
}

/** Reads a hash; null: it is none. */
export function readHash(text: string): RehearsalHash | null {
  try {
    const [format, draft, from, to, known, digest] = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as unknown[];
    const isOne =
      format === FORMAT &&
      typeof draft === 'string' &&
      [from, to, known].every((part) => Number.isSafeInteger(part)) &&
      typeof digest === 'string';
    return isOne ? { draft, from: from as number, to: to as number, known: known as number, digest } : null;
  } catch {
    return null;
  }
}

const PATH = ['rehearsalHash'];

/** Refuses what is no hash of this draft's rehearsal. */
export function refuseHash(text: string, draft: CheckedDraft): RehearsalHash | Refusal {
  const hash = readHash(text);
  if (hash === null) {
    return refusal('REHEARSAL_UNKNOWN', 'No rehearsal has this hash: give the hash of one, or leave it out.', PATH);
  }
  if (hash.draft !== draftDigest(draft)) {
    const message = 'This hash belongs to a rehearsal of another draft: rehearse this one, or publish what was rehearsed.';
    return refusal('REHEARSAL_OF_ANOTHER_DRAFT', message, PATH);
  }
  return hash;
}

/**
 * Refuses a draft of which a rehearsal would find something else today than it did: of what lies ahead, with the draft taking effect as
 * rehearsed. Says whose verdicts would be other ones than expected.
 */
export async function refuseStale(
  db: Db,
  draft: CheckedDraft,
  hash: RehearsalHash,
  definitions: KnownDefinitions,
  now: Instant,
): Promise<Refusal | null> {
  if (hash.to < now) {
    return refusal('REHEARSAL_STALE', 'The time that was rehearsed is over: rehearse the draft again.', PATH);
  }
  const horizon = { publishedAt: hash.from, from: hash.from, to: hash.to };
  const again = await rehearse(db, CURRENT, draft, definitions, horizon);
  if (isRefusal(again)) return again;
  if (again.digest === hash.digest) return null;
  const ahead = { ...horizon, from: Math.max(now, hash.from) };
  const view: View = { at: 0, known: hash.known, sight: null };
  const knownThen = {
    ...definitions,
    types: await typesKnown(db, definitions.zone, view, {}),
    rules: await definitionsKnown(db, view),
  };
  const expected = await rehearse(db, view, draft, knownThen, ahead);
  const found = await rehearse(db, CURRENT, draft, definitions, ahead);
  if (isRefusal(expected)) return expected;
  if (isRefusal(found)) return found;
  const { count, examples } = differences(expected.changes, found.changes);
  if (count === 0) return null;
  const people = count === 1 ? 'one person' : `${count.toLocaleString('en')} people`;
  const more = count > examples.length ? `, and ${(count - examples.length).toLocaleString('en')} more` : '';
  const message = `Since the rehearsal the draft's effect on ${people} has changed: ${examples.join('; ')}${more}. Rehearse it again and look.`;
  return refusal('REHEARSAL_STALE', message, PATH);
}

const CURRENT: View = { at: 0, known: null, sight: null };
const EXAMPLES = 5;

/** Walks through both lists, which are in the order of external ids. */
function differences(expected: RehearsedChanges, found: RehearsedChanges): { count: number; examples: string[] } {
  const examples: string[] = [];
  let count = 0;
  const [then, now] = [expected.byPerson(), found.byPerson()];
  let [a, b] = [then.next().value, now.next().value];
  while (a !== undefined || b !== undefined) {
    const id = a === undefined || (b !== undefined && b.externalId < a.externalId) ? b!.externalId : a.externalId;
    const before = a?.externalId === id ? a.changes : [];
    const after = b?.externalId === id ? b.changes : [];
    const difference = firstDifference(before, after);
    if (difference) {
      count += 1;
      if (examples.length < EXAMPLES) examples.push(`"${id}" ${difference}`);
    }
    if (before.length > 0) a = then.next().value;
    if (after.length > 0) b = now.next().value;
  }
  return { count, examples };
}

function firstDifference(expected: readonly RehearsedChange[], found: readonly RehearsedChange[]): string | null {
  const isSame = (i: number): boolean =>
    expected[i]?.at === found[i]?.at && expected[i]?.before === found[i]?.before && expected[i]?.after === found[i]?.after;
  const length = Math.max(expected.length, found.length);
  const first = Array.from({ length }, (_, i) => i).find((i) => !isSame(i));
  return first === undefined ? null : `${described(found[first])} instead of ${described(expected[first])}`;
}

function described(change: { readonly at: Instant; readonly before: Verdict; readonly after: Verdict } | undefined): string {
  if (change === undefined) return 'no further change';
  return `from ${change.before} to ${change.after} at ${new Date(change.at).toISOString()}`;
}
