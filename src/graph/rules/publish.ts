// defineRoles and publishRule
import { uuidv7 } from 'uuidv7';
import { isAttributeName } from '../../core/person';
import { refuseDates } from '../../core/dates';
import { poisonIn } from '../../core/poison';
import { isRefusal, refusal, type Refusal } from '../../core/refusal';
import type { RuleNode } from '../../core/rule';
import { ruleHash, ruleToAst } from '../../core/rule-ast';
import { parseRule } from '../../core/rule-reader';
import { ruleText } from '../../core/rule-text';
import { LONGEST_NAME, refuseLongText } from '../../core/text-limits';
import type { ItemResult } from '../../journal/ingest';
import type { Write } from '../../journal/write';
import { nodeId } from '../../platform/graphql/node-id';
import { instantText, rows, rowsParam } from '../../platform/sql';
import { changeCatalogue, lockCatalogue, type Cached } from '../catalogue';
import type { CredentialDefinitions } from '../credentials/types';
import { definitionResults, recordDefinition } from '../definitions';
import { labelsOf } from './labels';
import { SINCE_EVER, type PublishedVersion } from '../versions';
import { bestWithoutHoldings, isReferredTo, roleCodes, type RoleRow } from './definitions';

/** An item of defineRoles. */
export interface RoleItem {
  readonly code: string;
  readonly title: string;
  readonly jobFamily?: string | null;
}

/** Defines roles inside a change; the same definition again changes nothing. */
export async function applyRoles(write: Write, raw: readonly unknown[]): Promise<ItemResult[]> {
  const version = await changeCatalogue(write);
  const items = raw as readonly RoleItem[];
  const known = new Map(
    (
      await currentRoles(
        write,
        items.map((item) => item.code),
      )
    ).map((role) => [role.code, role]),
  );
  const records = new Map<string, { id: string; code: string; title: string; job_family: string | null }>();
  const results = definitionResults(items, (item) => {
    const long = refuseLongText(item, ['code'], LONGEST_NAME);
    if (long) return long;
    if (item.code.trim() === '') return refusal('INVALID_CODE', 'code names the role: it is not empty.', ['code']);
    const earlier = known.get(item.code);
    const record = {
      id: records.get(item.code)?.id ?? earlier?.uuid ?? uuidv7(),
      code: item.code,
      title: item.title,
      job_family: item.jobFamily ?? null,
    };
    const isSame =
      earlier !== undefined &&
      !records.has(item.code) &&
      earlier.title === record.title &&
      earlier.jobFamily === record.job_family;
    if (!isSame) records.set(item.code, record);
    return { id: nodeId('rol', record.id), isChanged: !isSame };
  });
  if (records.size === 0) return results;
  await write.db.query('/* retireRoles */ UPDATE role SET retired_in = $2 WHERE code = ANY($1) AND retired_in IS NULL', [
    [...records.keys()],
    write.change,
  ]);
  await write.db.query(
    `/* recordRoles */ INSERT INTO role (id, code, title, job_family, recorded_in)
     SELECT r.*, $2 FROM jsonb_to_recordset($1) AS r(id uuid, code text, title text, job_family text)`,
    [rowsParam([...records.values()]), write.change],
  );
  for (const record of records.values())
    recordDefinition(write, 'role.defined', record.id, version, { roleCode: record.code, ...record });
  return results;
}

async function currentRoles(write: Write, codes: readonly string[]): Promise<RoleRow[]> {
  return rows<RoleRow>(
    write.db,
    `/* currentRoles */ SELECT id AS uuid, code, title, job_family AS "jobFamily" FROM role WHERE code = ANY($1) AND retired_in IS NULL`,
    [codes],
  );
}

/** The input of publishRule. */
export interface RuleDraft {
  readonly roleCode: string;
  readonly rule: unknown;
  readonly effectiveFrom?: number | null;
  readonly warnBefore?: string | null;
  readonly rehearsalHash?: string | null;
}

/** Publishes a version of a role's rule; everybody it can concern is judged by it before the commit. */
export async function publishRule(
  write: Write,
  draft: RuleDraft,
  cache: Cached<CredentialDefinitions>,
  zone: string,
): Promise<PublishedVersion | Refusal> {
  const poison = poisonIn(draft);
  if (poison) return refusal('UNSTORABLE_VALUE', `A value ${poison.what}, which cannot be stored: correct it.`, poison.path);
  if (draft.rehearsalHash != null) {
    return refusal('REHEARSAL_UNKNOWN', 'No rehearsal has this hash: leave rehearsalHash out.', ['rehearsalHash']);
  }
  const outside = refuseDates(draft, ['effectiveFrom']);
  if (outside) return outside;
  await lockCatalogue(write.db);
  const definitions = await cache.get(write.db, false);
  const [role] = await currentRoles(write, [draft.roleCode]);
  if (!role)
    return refusal('UNKNOWN_ROLE', `There is no role "${draft.roleCode}": define it first with defineRoles.`, ['roleCode']);
  const catalogue = {
    typeCodes: new Set(definitions.typesByCode.keys()),
    attributes: isAttributeName,
    courseCodes: new Set(definitions.courses.keys()),
    roleCodes: await roleCodes(write.db),
  };
  const node = parseRule(draft.rule, catalogue, ['rule']);
  if (isRefusal(node)) return node;
  const number = await changeCatalogue(write);
  const [last] = await rows<{ version: number | null }>(
    write.db,
    '/* lastRuleVersion */ SELECT max(version) AS version FROM rule_version WHERE role_id = $1',
    [role.uuid],
  );
  const version = (last?.version ?? 0) + 1;
  const effectiveFrom = draft.effectiveFrom ?? (version === 1 ? SINCE_EVER : write.now);
  const ast = ruleToAst(node);
  const published = {
    id: uuidv7(),
    version,
    effectiveFrom,
    effectiveUntil: null,
    text: ruleText(node, labelsOf(definitions), zone),
    ast,
    hash: ruleHash(node),
    publishedBy: write.actor.id,
  };
  await write.db.query(
    `/* recordRule */ INSERT INTO rule_version (id, role_id, version, effective_from, warn_before, ast, text, hash, published_by, recorded_in)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      published.id,
      role.uuid,
      version,
      instantText(effectiveFrom),
      draft.warnBefore ?? null,
      JSON.stringify(ast),
      published.text,
      published.hash,
      write.actor.id,
      write.change,
    ],
  );
  recordDefinition(write, 'rule.published', role.uuid, number, {
    roleCode: role.code,
    version,
    effectiveFrom: instantText(effectiveFrom),
    warnBefore: draft.warnBefore ?? null,
    ast,
    hash: published.hash,
  });
  write.arrive([`rule:${role.uuid}`]);
  write.touch(await peopleConcerned(write, role, node));
  return published;
}

// somebody who holds nothing and has no verdict under an earlier version cannot get one from a rule that asks for a credential; but rules
// that refer to it may say something about anybody
async function peopleConcerned(write: Write, role: RoleRow, node: RuleNode): Promise<string[]> {
  const everybody = bestWithoutHoldings(node) > 0 || (await isReferredTo(write.db, role));
  const found = await rows<{ id: string }>(
    write.db,
    everybody
      ? '/* everybody */ SELECT id FROM employee'
      : `/* peopleConcerned */ SELECT DISTINCT employee_id AS id FROM credential_segment WHERE retired_in IS NULL
         UNION SELECT employee_id FROM eligibility_segment WHERE role_id = $1 AND retired_in IS NULL`,
    everybody ? [] : [role.uuid],
  );
  return found.map((row) => row.id);
}
