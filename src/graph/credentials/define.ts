// defineCredentialTypes and publishAwardRule
import { createHash } from 'node:crypto';
import { uuidv7 } from 'uuidv7';
import { awardCourses, awardJson, awardText, cycleOf, parseAwardCondition } from '../../core/award';
import { refuseDates } from '../../core/dates';
import { refusePoison } from '../../core/poison';
import { isRefusal, refusal, type Refusal } from '../../core/refusal';
import { expires, parseRenewalPolicy, type RenewalPolicyDraft } from '../../core/renewal';
import { canonicalJson, type Json } from '../../core/rule';
import { LONGEST_ADDRESS, LONGEST_NAME, refuseLongText } from '../../core/text-limits';
import { refuseReferences } from '../../core/type-references';
import type { ItemResult } from '../../journal/ingest';
import { announceArrivals } from '../../journal/quarantine';
import type { Write } from '../../journal/write';
import { nodeId } from '../../platform/graphql/node-id';
import { instantText, rows, rowsParam } from '../../platform/sql';
import { changeCatalogue, lockCatalogue, type Cached } from '../catalogue';
import { definitionResults, recordDefinition } from '../definitions';
import { definedCourses } from '../learning/store';
import { SINCE_EVER, type PublishedVersion } from '../versions';
import type { CredentialDefinitions, TypeRow } from './types';

/** An item of defineCredentialTypes. */
export interface TypeItem {
  readonly code: string;
  readonly name: string;
  readonly kind: TypeRow['kind'];
  readonly issuer: string;
  readonly operational?: boolean | null;
  readonly payImpact?: boolean | null;
  readonly renewal?: RenewalPolicyDraft | null;
  readonly equivalentTo?: readonly string[] | null;
  readonly prerequisites?: readonly string[] | null;
  readonly renews?: readonly string[] | null;
  readonly cost?: number | null;
  readonly leadTime?: string | null;
}

interface TypeRecord {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly kind: string;
  readonly issuer: string;
  readonly operational: boolean;
  readonly pay_impact: boolean;
  readonly renewal: RenewalPolicyDraft | null;
  readonly equivalent_to: readonly string[];
  readonly prerequisites: readonly string[];
  readonly renews: readonly string[];
  readonly cost: number | null;
  readonly lead_time: string | null;
}

/** Defines credential types inside a change; all holders of a type defined anew are judged by its new policy. */
export async function applyTypes(
  write: Write,
  raw: readonly unknown[],
  cache: Cached<CredentialDefinitions>,
  zone: string,
): Promise<ItemResult[]> {
  await lockCatalogue(write.db);
  await announceArrivals(write.db);
  const { typesByCode } = await cache.get(write.db, false);
  const version = await changeCatalogue(write);
  const records = new Map<string, TypeRecord>();
  const items = raw as readonly TypeItem[];
  const refused = refuseTypes(items, typesByCode, zone);
  const results = definitionResults(items, (item) => {
    const no = refused.get(item);
    if (no) return no;
    const earlier = typesByCode.get(item.code);
    const record = toRecord(item, records.get(item.code)?.id ?? earlier?.uuid ?? uuidv7());
    const isSame =
      earlier !== undefined &&
      !records.has(item.code) &&
      canonicalJson(record as unknown as Json) === canonicalJson(asRecord(earlier) as unknown as Json);
    if (!isSame) records.set(item.code, record);
    return { id: nodeId('typ', record.id), isChanged: !isSame };
  });
  if (records.size === 0) return results;
  await saveTypes(write, [...records.values()]);
  for (const record of records.values()) {
    recordDefinition(write, 'credential_type.defined', record.id, version, { typeCode: record.code, ...record });
    write.arrive([`type:${record.code}`]);
  }
  const redefined = [...records.values()].filter((record) => typesByCode.has(record.code)).map((record) => record.id);
  const holders = await rows<{ employee_id: string }>(
    write.db,
    '/* holdersOf */ SELECT DISTINCT employee_id FROM credential WHERE type_id = ANY($1)',
    [redefined],
  );
  write.touch(holders.map((row) => row.employee_id));
  return results;
}

/** Why definitions cannot stand, each by itself and beside the others. */
function refuseTypes(
  items: readonly TypeItem[],
  defined: CredentialDefinitions['typesByCode'],
  zone: string,
): Map<TypeItem, Refusal> {
  const refused = new Map<TypeItem, Refusal>();
  for (const item of items) {
    const no = refuseType(item, zone);
    if (no) refused.set(item, no);
  }
  const sound = items.filter((item) => !refused.has(item));
  const references = sound.map(({ code, prerequisites, renews }) => ({
    code,
    prerequisites: prerequisites ?? [],
    renews: renews ?? [],
  }));
  const wrong = refuseReferences(defined, references);
  sound.forEach((item, i) => {
    const no = wrong.get(references[i]!);
    if (no) refused.set(item, no);
  });
  return refused;
}

function refuseType(item: TypeItem, zone: string): Refusal | null {
  const long = refuseLongText(item, ['code', 'name'], LONGEST_NAME);
  if (long) return long;
  if (item.code.trim() === '' || item.name.trim() === '')
    return refusal('INVALID_CODE', 'code and name are not empty.', ['code']);
  if ((item.cost ?? 0) < 0) return refusal('INVALID_COST', 'cost is an amount of money: zero or more.', ['cost']);
  const policy = parseRenewalPolicy(item.renewal ?? null, zone);
  return isRefusal(policy) ? { ...policy, path: ['renewal', ...policy.path] } : null;
}

function toRecord(item: TypeItem, id: string): TypeRecord {
  return {
    id,
    code: item.code,
    name: item.name,
    kind: item.kind,
    issuer: item.issuer,
    operational: item.operational ?? true,
    pay_impact: item.payImpact ?? false,
    renewal: item.renewal ?? null,
    equivalent_to: item.equivalentTo ?? [],
    prerequisites: item.prerequisites ?? [],
    renews: item.renews ?? [],
    cost: item.cost ?? null,
    lead_time: item.leadTime ?? null,
  };
}

function asRecord(type: TypeRow): TypeRecord {
  const { uuid, code, name, kind, issuer, operational, payImpact, renewal, equivalentTo, prerequisites, renews, cost, leadTime } =
    type;
  return {
    id: uuid,
    code,
    name,
    kind,
    issuer,
    operational,
    pay_impact: payImpact,
    renewal,
    equivalent_to: equivalentTo,
    prerequisites,
    renews,
    cost,
    lead_time: leadTime,
  };
}

async function saveTypes(write: Write, records: readonly TypeRecord[]): Promise<void> {
  await write.db.query(
    '/* retireTypes */ UPDATE credential_type SET retired_in = $2 WHERE code = ANY($1) AND retired_in IS NULL',
    [records.map((record) => record.code), write.change],
  );
  await write.db.query(
    `/* recordTypes */ INSERT INTO credential_type (id, code, name, kind, issuer, operational, pay_impact, renewal, equivalent_to, prerequisites, renews,
       cost, lead_time, recorded_in)
     SELECT r.*, $2 FROM jsonb_to_recordset($1) AS r(id uuid, code text, name text, kind text, issuer text, operational boolean, pay_impact boolean,
       renewal jsonb, equivalent_to text[], prerequisites text[], renews text[], cost double precision, lead_time text)`,
    [rowsParam(records), write.change],
  );
}

/** The input of publishAwardRule. */
export interface AwardRuleDraft {
  readonly typeCode: string;
  readonly when: unknown;
  readonly effectiveFrom?: number | null;
  readonly reason?: string | null;
}

/** Publishes a version of the rule that turns completions into awards of a type; the people whose completions it reads are judged by it. */
export async function publishAwardRule(
  write: Write,
  draft: AwardRuleDraft,
  cache: Cached<CredentialDefinitions>,
): Promise<PublishedVersion | Refusal> {
  const poison = refusePoison(draft);
  if (poison) return poison;
  const outside = refuseDates(draft, ['effectiveFrom']) ?? refuseLongText(draft, ['reason'], LONGEST_ADDRESS);
  if (outside) return outside;
  await lockCatalogue(write.db);
  const definitions = await cache.get(write.db, false);
  const type = definitions.typesByCode.get(draft.typeCode);
  if (!type)
    return refusal('UNKNOWN_CREDENTIAL_TYPE', `There is no credential type "${draft.typeCode}": define it first.`, ['typeCode']);
  const when = parseAwardCondition(draft.when);
  if (isRefusal(when)) return { ...when, path: ['when', ...when.path] };
  if (cycleOf(when) && !expires(type.policy))
    return refusal('AWARD_RULE_INVALID', `A cycle ends when ${type.code} expires: give the type a renewal policy first.`, [
      'when',
    ]);
  const courses = awardCourses(when);
  const defined = await definedCourses(write.db, courses);
  const missing = courses.find((code) => !defined.has(code));
  if (missing !== undefined)
    return refusal('UNKNOWN_COURSE', `There is no course "${missing}": define it first with defineCourses.`, ['when']);
  const number = await changeCatalogue(write);
  const [last] = await rows<{ version: number }>(
    write.db,
    '/* lastAwardVersion */ SELECT max(version) AS version FROM award_rule WHERE type_id = $1',
    [type.uuid],
  );
  const version = (last?.version ?? 0) + 1;
  const effectiveFrom = draft.effectiveFrom ?? (version === 1 ? SINCE_EVER : write.now);
  const ast = awardJson(when) as Json;
  const hash = createHash('sha256')
    .update(`award-rule-1 ${canonicalJson(ast)}`)
    .digest('hex');
  const published = {
    id: uuidv7(),
    version,
    effectiveFrom,
    effectiveUntil: null,
    text: awardText(when),
    ast,
    hash,
    publishedBy: write.actor.id,
  };
  await write.db.query(
    `/* recordAwardRule */ INSERT INTO award_rule (id, type_id, version, effective_from, condition, text, hash, published_by, recorded_in)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      published.id,
      type.uuid,
      version,
      instantText(effectiveFrom),
      JSON.stringify(ast),
      published.text,
      hash,
      write.actor.id,
      write.change,
    ],
  );
  recordDefinition(write, 'award_rule.published', type.uuid, number, {
    typeCode: type.code,
    version,
    effectiveFrom: instantText(effectiveFrom),
    ast,
    hash,
    ...(draft.reason?.trim() && { reason: draft.reason.trim() }),
  });
  const earlierCourses = (definitions.awardRules.get(type.uuid) ?? []).flatMap((rule) => awardCourses(rule.when));
  const people = await rows<{ employee_id: string }>(
    write.db,
    '/* learnersOf */ SELECT DISTINCT employee_id FROM completion WHERE course_code = ANY($1) AND retired_in IS NULL',
    [[...new Set([...courses, ...earlierCourses])]],
  );
  write.touch(people.map((row) => row.employee_id));
  return published;
}
