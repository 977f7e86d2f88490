// Were a draft published: whose verdict would be another one, now and at every boundary to come.
import { createHash } from 'node:crypto';
import type { Instant } from '../../core/calendar';
import { verdictChanges } from '../../core/contrast';
import { judge } from '../../core/evaluate';
import { refusal, type Refusal } from '../../core/refusal';
import { fromSegments, isEligible } from '../../core/verdict';
import type { Db } from '../../platform/postgres/pool';
import type { View } from '../context';
import { rulesWith, type CheckedDraft } from '../rules/draft';
import type { KnownDefinitions } from '../eligibility/known-facts';
import { RehearsedChanges } from './rehearsed-changes';
import { workforce } from '../eligibility/workforce';

/** Which instants are compared, and when the draft takes effect if it does not say. */
export interface Horizon {
  readonly publishedAt: Instant;
  readonly from: Instant;
  readonly to: Instant;
}

/** What a draft would change. */
export interface Rehearsed {
  readonly changes: RehearsedChanges;
  /** How many are eligible, or no longer eligible, at the first instant of the horizon and would not be without the draft. */
  readonly gained: number;
  readonly lost: number;
  /** SHA-256 of all changes. */
  readonly digest: string;
}

/** About 25 bytes each are held until the answer is given. */
const MOST_CHANGES = 2_000_000;

/** Compares the verdicts that are stored with those the draft would give, person by person; writes nothing. */
export async function rehearse(
  db: Db,
  view: View,
  draft: CheckedDraft,
  definitions: KnownDefinitions,
  horizon: Horizon,
): Promise<Rehearsed | Refusal> {
  const { from, to } = horizon;
  const rules = rulesWith(definitions.rules, draft, horizon.publishedAt);
  const judged = rules.byCode.get(draft.role.code)!;
  const ranges = definitions.rules.byCode.get(draft.role.code)?.versions ?? [];
  const changes = new RehearsedChanges();
  const digest = createHash('sha256');
  let [gained, lost] = [0, 0];
  for await (const { people, facts, stored } of workforce(db, view, [draft.role.uuid], {
    ...definitions,
    rules,
    only: judged.reads,
  })) {
    for (const person of people) {
      const before = fromSegments(stored(person.id, draft.role.uuid), ranges);
      const after = judge(judged.versions, facts.get(person.id)!, definitions.zone);
      const own = verdictChanges(before, after, from, to);
      if (own.length === 0) continue;
      const [first] = own;
      if (first!.at === from && isEligible(first!.before) !== isEligible(first!.after)) {
        if (isEligible(first!.after)) gained += 1;
        else lost += 1;
      }
      changes.add(person, own);
      digest.update(`${person.id} ${own.map((change) => `${change.at} ${change.before} ${change.after}`).join(' ')}\n`);
    }
    if (changes.count > MOST_CHANGES) {
      const message = `The draft would change more than ${MOST_CHANGES.toLocaleString('en')} verdicts: rehearse it over a shorter horizon.`;
      return refusal('REHEARSAL_TOO_LARGE', message, ['horizon']);
    }
  }
  changes.sort();
  return { changes, gained, lost, digest: digest.digest('base64url') };
}
