// publishRule
import { isRefusal, type Refusal } from '../../core/refusal';
import type { Write } from '../../journal/write';
import type { Db } from '../../platform/postgres/pool';
import { rows } from '../../platform/sql';
import { changeCatalogue, lockCatalogue } from '../catalogue';
import { bestWithoutHoldings, isReferredTo, type RuleDefinitions } from '../rules/definitions';
import { checkDraft, recordDraft, type CheckedDraft, type RuleDraft } from '../rules/draft';
import type { PublishedVersion } from '../versions';
import { refuseHash, refuseStale } from './rehearsal-hash';
import type { SettleOptions } from './settle';

/** Publishes a version of a role's rule; everybody it can concern is judged by it before the commit. */
export async function publishRule(
  write: Write,
  input: RuleDraft,
  { credentials, rules, zone }: SettleOptions,
): Promise<PublishedVersion | Refusal> {
  await lockCatalogue(write.db);
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
  const published = await recordDraft(write, draft, await changeCatalogue(write));
  write.touch(await peopleConcerned(write.db, draft, setting.rules));
  return published;
}

// somebody who holds nothing and has no verdict under an earlier version cannot get one from a rule that asks for a credential; but rules
// that refer to it may say something about anybody
async function peopleConcerned(db: Db, { role, node }: CheckedDraft, { silences }: RuleDefinitions): Promise<string[]> {
  const everybody = bestWithoutHoldings(node, silences) > 0 || (await isReferredTo(db, role));
  const found = await rows<{ id: string }>(
    db,
    everybody
      ? '/* everybody */ SELECT id FROM employee'
      : `/* peopleConcerned */ SELECT DISTINCT employee_id AS id FROM credential_segment WHERE retired_in IS NULL
         UNION SELECT employee_id FROM eligibility_segment WHERE role_id = $1 AND retired_in IS NULL`,
    everybody ? [] : [role.uuid],
  );
  return found.map((row) => row.id);
}
