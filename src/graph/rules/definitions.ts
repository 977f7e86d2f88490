// Roles and the versions of their rules, as changes judge by them and as reads explain them.
import { parseSpan, type Instant } from '../../core/calendar';
import { effectiveRanges, evaluate, type RuleVersion } from '../../core/evaluate';
import type { RuleNode } from '../../core/rule';
import { fromAst } from '../../core/rule-ast';
import { Level } from '../../core/timeline';
import { knownAt } from '../../journal/known';
import type { Db } from '../../platform/postgres/pool';
import { Params, rows } from '../../platform/sql';
import { Cached } from '../catalogue';
import { capabilitiesKnown, silencesFrom, type CapabilityRow, type Silences } from '../sources/store';
import type { View } from '../context';
import { intersect, readsOf, type Reads } from './reads';

export { readsOf, type Reads } from './reads';

export interface RoleRow {
  readonly uuid: string;
  readonly code: string;
  readonly title: string;
  readonly jobFamily: string | null;
  readonly kind: RoleKind | null;
}

/** What sort of target a role is. */
export type RoleKind = 'JOB' | 'JOB_FAMILY' | 'PAY_BAND' | 'SHIFT' | 'MARKETPLACE_ROLE';

/** A published version as stored. */
export interface PublishedRow {
  readonly uuid: string;
  readonly roleId: string;
  readonly version: number;
  readonly from: Instant;
  readonly warnBefore: string | null;
  readonly ast: unknown;
  readonly text: string;
  readonly hash: string;
  readonly publishedBy: string;
  readonly recordedIn: number;
}

/** A version with the stretch it is in effect; what it overrode completely is not among them. */
export interface EffectiveRule extends RuleVersion {
  readonly published: PublishedRow;
}

const ROLE = `r.id AS uuid, r.code, r.title, r.job_family AS "jobFamily", r.kind`;
const PUBLISHED = `v.id AS uuid, v.role_id AS "roleId", v.version, v.effective_from AS "from", v.warn_before AS "warnBefore", v.ast, v.text, v.hash,
  v.published_by AS "publishedBy", v.recorded_in AS "recordedIn"`;

/** Roles by id or code, as a view knows them. */
export async function rolesKnown(
  db: Db,
  view: View,
  where: { ids?: readonly string[]; codes?: readonly string[] },
): Promise<RoleRow[]> {
  const q = new Params();
  const conditions = [knownAt('r', view.known === null ? null : q.add(view.known))];
  if (where.ids) conditions.push(`r.id = ANY(${q.add(where.ids)})`);
  if (where.codes) conditions.push(`r.code = ANY(${q.add(where.codes)})`);
  return rows<RoleRow>(db, `/* rolesKnown */ SELECT ${ROLE} FROM role r WHERE ${conditions.join(' AND ')}`, q.values);
}

/** The codes of all roles. */
export async function roleCodes(db: Db): Promise<Set<string>> {
  const found = await rows<{ code: string }>(db, '/* roleCodes */ SELECT code FROM role WHERE retired_in IS NULL');
  return new Set(found.map((role) => role.code));
}

/** Whether any rule of another role refers to this one's. */
export async function isReferredTo(db: Db, role: RoleRow): Promise<boolean> {
  const [found] = await rows<{ is_referred_to: boolean }>(
    db,
    `/* isReferredTo */ SELECT EXISTS (SELECT 1 FROM rule_version v WHERE v.role_id <> $1
       AND jsonb_path_exists(v.ast, '$.**.rule.roleCode ? (@ == $code)', jsonb_build_object('code', $2::text))) AS is_referred_to`,
    [role.uuid, role.code],
  );
  return found!.is_referred_to;
}

/** The versions published for roles by the position a view knows, oldest first. */
export async function rulesKnown(db: Db, view: View, roleIds: readonly string[]): Promise<Map<string, EffectiveRule[]>> {
  const q = new Params();
  const published = await rows<PublishedRow>(
    db,
    `/* rulesKnown */ SELECT ${PUBLISHED} FROM rule_version v WHERE v.role_id = ANY(${q.add(roleIds)})
     ${view.known === null ? '' : `AND EXISTS (SELECT 1 FROM change k WHERE k.id = v.recorded_in AND k.last_pos <= ${q.add(view.known)})`}
     ORDER BY v.role_id, v.version`,
    q.values,
  );
  return effectiveByRole(published);
}

/** All roles and rules that a view knows. */
export async function definitionsKnown(db: Db, view: View): Promise<RuleDefinitions> {
  const q = new Params();
  const published = await rows<PublishedRow>(
    db,
    `/* definitionsKnown */ SELECT ${PUBLISHED} FROM rule_version v
     ${view.known === null ? '' : `WHERE EXISTS (SELECT 1 FROM change k WHERE k.id = v.recorded_in AND k.last_pos <= ${q.add(view.known)})`}
     ORDER BY v.role_id, v.version`,
    q.values,
  );
  return definitionsOf(await rolesKnown(db, view, {}), published, await capabilitiesKnown(db, view));
}

function effectiveByRole(published: readonly PublishedRow[]): Map<string, EffectiveRule[]> {
  const byRole = new Map<string, PublishedRow[]>();
  for (const row of published) byRole.set(row.roleId, [...(byRole.get(row.roleId) ?? []), row]);
  return new Map([...byRole].map(([roleId, list]) => [roleId, effective(list)]));
}

/** Reads versions and splices them by the instants they take effect. */
export function effective(published: readonly PublishedRow[]): EffectiveRule[] {
  return effectiveRanges(published).map((row) => ({
    version: row.version,
    from: row.from,
    until: row.until,
    node: fromAst(row.ast),
    warnBefore: row.warnBefore === null ? null : parseSpan(row.warnBefore),
    published: row,
  }));
}

/** A role with the rule that judges it. */
export interface JudgedRole {
  readonly role: RoleRow;
  readonly published: readonly PublishedRow[];
  /** Those that are or will be in effect, in order of time. */
  readonly versions: readonly EffectiveRule[];
  /** Every version by its number. */
  readonly nodes: ReadonlyMap<number, RuleNode>;
  /** What the rule reads, with all that it refers to. */
  readonly reads: Reads;
  /** Nobody without one of its types is anything but NOT_ELIGIBLE, so people who never held one need no evaluation. */
  readonly needsHolding: boolean;
}

/** All roles that have a rule. */
export interface RuleDefinitions {
  readonly judged: ReadonlyMap<string, JudgedRole>;
  readonly byCode: ReadonlyMap<string, JudgedRole>;
  /** What the rules of all roles together ask of a person, whatever version of them. */
  readonly reads: Reads;
  /** The roles whose rules, or the rules they refer to, read something of this. */
  readonly reading: (changed: Partial<Reads>) => JudgedRole[];
  /** What sources said they can say. */
  readonly words: readonly CapabilityRow[];
  /** When no source can say that there is none. */
  readonly silences: Silences;
}

/** Keeps roles and rules at hand. */
export function ruleDefinitions(): Cached<RuleDefinitions> {
  return new Cached(async (db) => {
    const roles = await rows<RoleRow>(db, `/* allRoles */ SELECT ${ROLE} FROM role r WHERE r.retired_in IS NULL`);
    const published = await rows<PublishedRow>(
      db,
      `/* allRules */ SELECT ${PUBLISHED} FROM rule_version v ORDER BY v.role_id, v.version`,
    );
    return definitionsOf(roles, published, await capabilitiesKnown(db, { at: 0, known: null, sight: null }));
  });
}

/** What follows from roles and the versions published for them. */
export function definitionsOf(
  roles: readonly RoleRow[],
  published: readonly PublishedRow[],
  words: readonly CapabilityRow[],
): RuleDefinitions {
  const silences = silencesFrom(words);
  const byRole = new Map<string, PublishedRow[]>();
  for (const row of published) byRole.set(row.roleId, [...(byRole.get(row.roleId) ?? []), row]);
  const rules = new Map(
    roles.flatMap((role) => {
      const list = byRole.get(role.uuid);
      return list ? [[role.code, { role, ...rulesOf(list) }] as const] : [];
    }),
  );
  const ruleOf = (code: string) => rules.get(code);
  const byCode = new Map<string, JudgedRole>();
  for (const [code, rule] of rules) {
    const nodes = rule.versions.map((version) => version.node);
    byCode.set(code, {
      ...rule,
      reads: readsOf(nodes, ruleOf),
      needsHolding: nodes.every((node) => bestWithoutHoldings(node, silences) === Level.UNMET),
    });
  }
  const judged = new Map([...byCode.values()].map((entry) => [entry.role.uuid, entry]));
  return {
    judged,
    byCode,
    reads: readsOf(
      [...rules.values()].flatMap((rule) => [...rule.nodes.values()]),
      ruleOf,
    ),
    reading: (changed) => [...judged.values()].filter((entry) => intersect(entry.reads, changed)),
    words,
    silences,
  };
}

/** One rule as its publications make it. */
export function rulesOf(published: readonly PublishedRow[]): Pick<JudgedRole, 'published' | 'versions' | 'nodes'> {
  return {
    published,
    versions: effective(published),
    nodes: new Map(published.map((row) => [row.version, fromAst(row.ast)])),
  };
}

/**
 * The best level a rule can have for somebody who holds nothing, or nothing of one type: credentials unmet, everything else as good as it can be.
 * What it refers to may say anything; credentials nobody can speak of may be held.
 */
export function bestWithoutHoldings(node: RuleNode, silences: Silences, typeCode?: string): Level {
  const optimist = (at: RuleNode, isNegated: boolean): RuleNode => {
    switch (at.op) {
      case 'all':
      case 'any':
      case 'atLeast':
        return { ...at, of: at.of.map((child) => optimist(child, isNegated)) };
      case 'not':
        return { ...at, of: optimist(at.of, !isNegated) };
      case 'heldFor':
      case 'within':
      case 'accumulated':
      case 'service':
      case 'disclosed':
        return { ...at, of: optimist(at.of, isNegated) };
      case 'holds': {
        const isAbsent = (typeCode ?? at.typeCode) === at.typeCode && silences('TYPE', at.typeCode).length === 0;
        return isNegated || isAbsent ? NEVER : ALWAYS;
      }
      default:
        return isNegated ? NEVER : ALWAYS;
    }
  };
  const timeline = evaluate(optimist(node, false), { holdings: new Map(), attributes: new Map() });
  return Math.max(...timeline.map((step) => step.level)) as Level;
}

const ALWAYS: RuleNode = { op: 'all', of: [] };
const NEVER: RuleNode = { op: 'any', of: [] };
