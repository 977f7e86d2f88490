// publishRule
import { isRefusal, type Refusal } from '../../core/refusal';
import type { Write } from '../../journal/write';
import type { Snapshot } from '../../platform/context';
import type { Db } from '../../platform/postgres/pool';
import { rows } from '../../platform/sql';
import { changeCatalogue, lockCatalogue, versionOf, type Cached } from '../catalogue';
import type { CredentialDefinitions } from '../credentials/types';
import type { OutcomeRuleRow } from '../outcomes/definitions';
import { bestWithoutHoldings, isReferredTo, type RuleDefinitions } from '../rules/definitions';
import { checkDraft, recordDraft, rulesWith, type CheckedDraft, type RuleDraft } from '../rules/draft';
import type { PublishedVersion } from '../versions';
import { VerdictsAhead } from './ahead';
import { refuseHash, refuseStale } from './hash';
import type { SettleOptions } from '../eligibility/settle';

/** How rules are published. */
export interface PublishSettings {
  /** Told how far the publication for more than a few people has come: how many are judged, and how many there are. */
  readonly onProgress?: (roleCode: string, done: number, total: number) => void;
  /** For how many people facts may wait until all are judged; default 2,000. */
  readonly fewPeople?: number;
}

/** What publishing needs. */
export interface PublishOptions extends Omit<SettleOptions, 'consequences'> {
  readonly outcomes: Cached<readonly OutcomeRuleRow[]>;
  /** Opens a view of the database on a connection of its own: the workforce is read from one while verdicts are written through another. */
  readonly openSnapshot: () => Promise<Snapshot>;
  readonly publishing: PublishSettings;
}

/** Publishes a version of a role's rule; everybody it can concern is judged by it before the commit. */
export async function publishRule(write: Write, input: RuleDraft, options: PublishOptions): Promise<PublishedVersion | Refusal> {
  const { fewPeople = FEW_PEOPLE } = options.publishing;
  if ((await headcount(write.db)) > fewPeople) return publishToMany(write, input, options);
  await lockCatalogue(write.db);
  const found = await check(write, input, options);
  if (isRefusal(found)) return found;
  const published = await recordDraft(write, found.draft, await changeCatalogue(write));
  write.touch(await peopleConcerned(write.db, found));
  return published;
}

const FEW_PEOPLE = 2_000;
const PUBLISHING_LOCK = 7_004;
/** So many people are judged anew while facts wait; with more, they are judged once more before. */
const FEW_STALE = 200;
const CATCH_UPS = 3;
/** How often the definitions may change meanwhile before facts have to wait for the whole of it. */
const ATTEMPTS = 3;

/**
 * Judges everybody while facts go on arriving, then lets them wait for no longer than it takes to judge again who changed meanwhile and to put
 * all verdicts in force at once.
 */
async function publishToMany(write: Write, input: RuleDraft, options: PublishOptions): Promise<PublishedVersion | Refusal> {
  await write.db.query('/* publishingTurn */ SELECT pg_advisory_xact_lock($1)', [PUBLISHING_LOCK]);
  for (let attempt = 1; ; attempt++) {
    if (attempt > ATTEMPTS) await lockCatalogue(write.db);
    const version = await versionOf(write.db);
    const found = await check(write, input, options);
    if (isRefusal(found)) return found;
    const { draft, definitions, rules } = found;
    const after = rulesWith(rules, { ...draft, version: { ...draft.version, recordedIn: write.change } }, write.now);
    const judged = after.byCode.get(draft.role.code)!;
    const roles = [...new Set([judged, ...after.reading({ roles: new Set([draft.role.code]) })])];
    const outcomes = await options.outcomes.get(write.db, false, version);
    const ahead = new VerdictsAhead(write, { roles, before: rules, after, definitions, outcomes, zone: options.zone });
    await ahead.begin();
    const total = await headcount(write.db);
    let done = 0;
    const progress = (count: number): void =>
      options.publishing.onProgress?.(draft.role.code, (done += count), Math.max(total, done));
    await reading(options, (snapshot) => ahead.judgeAll(snapshot.db, progress));
    for (let round = 0; round < CATCH_UPS; round++) {
      const stale = await ahead.stale();
      if (stale.length <= FEW_STALE) break;
      await ahead.judgeAgain(stale);
    }
    if ((await versionOf(write.db)) !== version) continue;
    await lockCatalogue(write.db);
    if ((await versionOf(write.db)) !== version) continue;
    const stale = await ahead.stale();
    await ahead.apply(stale);
    const published = await recordDraft(write, draft, await changeCatalogue(write));
    write.touch(stale);
    return published;
  }
}

async function reading(options: PublishOptions, read: (snapshot: Snapshot) => Promise<void>): Promise<void> {
  const snapshot = await options.openSnapshot();
  try {
    await read(snapshot);
  } finally {
    await snapshot.close();
  }
}

interface Found {
  readonly draft: CheckedDraft;
  readonly definitions: CredentialDefinitions;
  readonly rules: RuleDefinitions;
}

async function check(write: Write, input: RuleDraft, { credentials, rules, zone }: PublishOptions): Promise<Found | Refusal> {
  const setting = {
    definitions: await credentials.get(write.db, false),
    rules: await rules.get(write.db, false),
    now: write.now,
    actor: write.actor.id,
    zone,
  };
  const draft = await checkDraft(write.db, input, setting);
  if (isRefusal(draft)) return draft;
  if (input.rehearsalHash != null) {
    const hash = refuseHash(input.rehearsalHash, draft);
    if (isRefusal(hash)) return hash;
    const known = { types: [...setting.definitions.types.values()], rules: setting.rules, zone };
    const stale = await refuseStale(write.db, draft, hash, known, write.now);
    if (stale) return stale;
  }
  return { draft, definitions: setting.definitions, rules: setting.rules };
}

async function headcount(db: Db): Promise<number> {
  const [row] = await rows<{ count: number }>(db, '/* headcount */ SELECT count(*) AS count FROM employee');
  return row!.count;
}

// somebody who holds nothing and has no verdict under an earlier version cannot get one from a rule that asks for a credential; but rules
// that refer to it may say something about anybody
async function peopleConcerned(db: Db, { draft, rules }: Found): Promise<string[]> {
  const everybody = bestWithoutHoldings(draft.node, rules.silences) > 0 || (await isReferredTo(db, draft.role));
  const found = await rows<{ id: string }>(
    db,
    everybody
      ? '/* everybody */ SELECT id FROM employee'
      : `/* peopleConcerned */ SELECT DISTINCT employee_id AS id FROM credential_segment WHERE retired_in IS NULL
         UNION SELECT employee_id FROM eligibility_segment WHERE role_id = $1 AND retired_in IS NULL`,
    everybody ? [] : [draft.role.uuid],
  );
  return found.map((row) => row.id);
}
