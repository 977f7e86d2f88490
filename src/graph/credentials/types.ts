// Credential types and award rules: what is defined, and what the engine makes of it.
import { awardCourses, parseAwardCondition, type AwardCondition, type AwardRuleVersion } from '../../core/award';
import { closureOf } from '../../core/type-references';
import { effectiveRanges } from '../../core/evaluate';
import { isRefusal, refusal } from '../../core/refusal';
import { NEVER_EXPIRES, parseRenewalPolicy, type RenewalPolicy, type RenewalPolicyDraft } from '../../core/renewal';
import { credentialLabel } from '../../core/status-text';
import type { ItemResult } from '../../journal/ingest';
import type { Db } from '../../platform/postgres/pool';
import { Params, rows } from '../../platform/sql';
import { Cached } from '../catalogue';
import type { View } from '../context';
import { allCourses, type CourseRow } from '../learning/store';
import { knownAt } from '../../journal/known';

/** A credential type as defined. */
export interface TypeRow {
  readonly uuid: string;
  readonly code: string;
  readonly name: string;
  readonly kind: 'CERTIFICATION' | 'LICENSE' | 'BADGE' | 'ATTESTATION';
  readonly issuer: string;
  readonly operational: boolean;
  readonly payImpact: boolean;
  readonly renewal: RenewalPolicyDraft | null;
  readonly equivalentTo: readonly string[];
  readonly prerequisites: readonly string[];
  /** Codes of the lower types whose holdings an award of this one renews. */
  readonly renews: readonly string[];
  /** Null: not known. */
  readonly cost: number | null;
  /** A calendar duration; null: not known. */
  readonly leadTime: string | null;
}

/** A credential type with its policy read. */
export interface CredentialType extends TypeRow {
  readonly policy: RenewalPolicy;
  /** "CPR certification" */
  readonly label: string;
}

const TYPE = `t.id AS uuid, t.code, t.name, t.kind, t.issuer, t.operational, t.pay_impact AS "payImpact", t.renewal,
  t.equivalent_to AS "equivalentTo", t.prerequisites, t.renews, t.cost, t.lead_time AS "leadTime"`;

/** The type with its renewal policy; the policy was checked when it was defined. */
export function withPolicy(row: TypeRow, zone: string): CredentialType {
  const policy = row.renewal === null ? NEVER_EXPIRES(zone) : parseRenewalPolicy(row.renewal, zone);
  if (isRefusal(policy))
    throw new Error(`Credential type ${row.code} holds a renewal policy that cannot be read: ${policy.message}`);
  return { ...row, policy, label: credentialLabel(row) };
}

/** The types known at a view's position: by id, by code, or all. */
export async function typesKnown(
  db: Db,
  zone: string,
  view: View,
  where: { ids?: readonly string[]; codes?: readonly string[] },
): Promise<CredentialType[]> {
  const q = new Params();
  const conditions = [knownAt('t', view.known === null ? null : q.add(view.known))];
  if (where.ids) conditions.push(`t.id = ANY(${q.add(where.ids)})`);
  if (where.codes) conditions.push(`t.code = ANY(${q.add(where.codes)})`);
  const found = await rows<TypeRow>(
    db,
    `/* typesKnown */ SELECT ${TYPE} FROM credential_type t WHERE ${conditions.join(' AND ')} ORDER BY t.code`,
    q.values,
  );
  return found.map((row) => withPolicy(row, zone));
}

/** All that a change about credentials needs of the definitions. */
export interface CredentialDefinitions {
  readonly types: ReadonlyMap<string, CredentialType>;
  readonly typesByCode: ReadonlyMap<string, CredentialType>;
  readonly courses: ReadonlyMap<string, CourseRow>;
  /** Award rule versions of each type id, with the stretch each is in effect. */
  readonly awardRules: ReadonlyMap<string, readonly AwardRuleVersion[]>;
  /** The type ids whose award rules read a course, prerequisites before those that need them. */
  readonly awardedBy: (courseCodes: ReadonlySet<string>) => readonly string[];
  /** The type codes that count as a type, itself included. */
  readonly equivalents: (typeCode: string) => readonly string[];
  /** The codes of the lower types whose holdings an award of a type renews, directly or by others. */
  readonly renewedBy: (typeCode: string) => readonly string[];
  /** The attributes that fix expiries. */
  readonly datesRead: ReadonlySet<string>;
}

interface AwardRuleRow {
  readonly typeId: string;
  readonly version: number;
  readonly from: number;
  readonly condition: unknown;
}

async function readDefinitions(db: Db, zone: string): Promise<CredentialDefinitions> {
  const found = await rows<TypeRow>(
    db,
    `/* allTypes */ SELECT ${TYPE} FROM credential_type t WHERE t.retired_in IS NULL ORDER BY t.code`,
  );
  const types = new Map(found.map((row) => [row.uuid, withPolicy(row, zone)]));
  const typesByCode = new Map([...types.values()].map((type) => [type.code, type]));
  const awardRules = await awardRulesKnown(db, { at: 0, known: null, sight: null });
  const typesOfCourse = new Map<string, Set<string>>();
  for (const [typeId, versions] of awardRules) {
    for (const { when } of versions) {
      for (const course of awardCourses(when)) typesOfCourse.set(course, (typesOfCourse.get(course) ?? new Set()).add(typeId));
    }
  }
  const order = prerequisiteOrder(typesByCode);
  return {
    types,
    typesByCode,
    courses: await allCourses(db),
    awardRules,
    awardedBy: (courses) => {
      const ids = new Set([...courses].flatMap((course) => [...(typesOfCourse.get(course) ?? [])]));
      return order.filter((id) => ids.has(id));
    },
    equivalents: equivalentsOf(typesByCode),
    renewedBy: (code) => closureOf(typesByCode, code, 'renews'),
    datesRead: new Set([...types.values()].flatMap(({ policy }) => policy.fixedFrom?.attribute ?? [])),
  };
}

/** Award rule versions of each type id, as a view knows them, with the stretch each is in effect. */
export async function awardRulesKnown(db: Db, view: View): Promise<Map<string, readonly AwardRuleVersion[]>> {
  const q = new Params();
  const published = await rows<AwardRuleRow>(
    db,
    `/* awardRulesKnown */ SELECT r.type_id AS "typeId", r.version, r.effective_from AS "from", r.condition FROM award_rule r
     ${view.known === null ? '' : `WHERE EXISTS (SELECT 1 FROM change k WHERE k.id = r.recorded_in AND k.last_pos <= ${q.add(view.known)})`}
     ORDER BY r.type_id, r.version`,
    q.values,
  );
  const byType = new Map<string, AwardRuleRow[]>();
  for (const row of published) byType.set(row.typeId, [...(byType.get(row.typeId) ?? []), row]);
  return new Map(
    [...byType].map(([typeId, list]) => [
      typeId,
      effectiveRanges(list).map(({ version, from, until, condition }) => ({
        version,
        from,
        until,
        when: readCondition(condition),
      })),
    ]),
  );
}

function readCondition(condition: unknown): AwardCondition {
  const parsed = parseAwardCondition(condition);
  if (isRefusal(parsed)) throw new Error(`An award rule cannot be read: ${parsed.message}`);
  return parsed;
}

/** Type ids, prerequisites first; a cycle among prerequisites is broken where it is met. */
function prerequisiteOrder(types: ReadonlyMap<string, CredentialType>): string[] {
  const order: string[] = [];
  const seen = new Set<string>();
  const visit = (type: CredentialType) => {
    if (seen.has(type.code)) return;
    seen.add(type.code);
    for (const code of type.prerequisites) {
      const before = types.get(code);
      if (before) visit(before);
    }
    order.push(type.uuid);
  };
  for (const type of types.values()) visit(type);
  return order;
}

/** `equivalentTo` says what a type counts as: closed over chains. */
export function equivalentsOf(types: ReadonlyMap<string, CredentialType>): (code: string) => readonly string[] {
  const countsAs = new Map<string, string[]>();
  for (const type of types.values())
    for (const code of type.equivalentTo) countsAs.set(code, [...(countsAs.get(code) ?? []), type.code]);
  const closed = new Map<string, readonly string[]>();
  return (code) => {
    let found = closed.get(code);
    if (!found) {
      const all = new Set([code]);
      for (const member of all) for (const other of countsAs.get(member) ?? []) all.add(other);
      closed.set(code, (found = [...all]));
    }
    return found;
  };
}

/** Keeps the definitions of one organisation at hand. */
export function credentialDefinitions(zone: string): Cached<CredentialDefinitions> {
  return new Cached((db) => readDefinitions(db, zone));
}

/** What becomes of an item about a type that is not defined: it waits for it. */
export function unknownType(code: string): ItemResult {
  const message = `There is no credential type "${code}" yet: the item is kept and applied by itself when defineCredentialTypes brings the type.`;
  return {
    outcome: 'QUARANTINED',
    id: null,
    refusal: refusal('UNKNOWN_CREDENTIAL_TYPE', message, ['typeCode']),
    waitsFor: `type:${code}`,
  };
}
