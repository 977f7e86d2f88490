// Roles and the versions of their rules, as changes judge by them and as reads explain them.
import { parseSpan, type Instant } from '../../core/calendar';
import { effectiveRanges, evaluate, type RuleVersion } from '../../core/evaluate';
import { dependencies, fromAst, type RuleNode } from '../../core/rule';
import { Level } from '../../core/timeline';
import { knownAt } from '../../journal/known';
import type { Db } from '../../platform/postgres/pool';
import { Params, rows } from '../../platform/sql';
import { Cached } from '../catalogue';
import type { View } from '../context';

export interface RoleRow {
  readonly uuid: string;
  readonly code: string;
  readonly title: string;
  readonly jobFamily: string | null;
}

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

const ROLE = `r.id AS uuid, r.code, r.title, r.job_family AS "jobFamily"`;
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
  readonly versions: readonly EffectiveRule[];
  readonly types: ReadonlySet<string>;
  readonly attributes: ReadonlySet<string>;
  /** Nobody without one of its types is anything but NOT_ELIGIBLE, so people who never held one need no evaluation. */
  readonly needsHolding: boolean;
}

/** All roles that have a rule. */
export interface RuleDefinitions {
  readonly judged: ReadonlyMap<string, JudgedRole>;
  /** What the rules of all roles together ask of a person beside credentials. */
  readonly attributes: ReadonlySet<string>;
  /** The roles whose rules read one of these types or attributes. */
  readonly reading: (types: ReadonlySet<string>, attributes: ReadonlySet<string>) => JudgedRole[];
}

/** Keeps roles and rules at hand; `equivalents` widens what a rule reads by the types that count as the one it names. */
export function ruleDefinitions(): Cached<RuleDefinitions> {
  return new Cached(async (db) => {
    const roles = await rows<RoleRow>(db, `/* allRoles */ SELECT ${ROLE} FROM role r WHERE r.retired_in IS NULL`);
    const published = await rows<PublishedRow>(
      db,
      `/* allRules */ SELECT ${PUBLISHED} FROM rule_version v ORDER BY v.role_id, v.version`,
    );
    const byRole = new Map<string, PublishedRow[]>();
    for (const row of published) byRole.set(row.roleId, [...(byRole.get(row.roleId) ?? []), row]);
    const judged = new Map<string, JudgedRole>();
    for (const role of roles) {
      const list = byRole.get(role.uuid);
      if (list) judged.set(role.uuid, judgedRole(role, list));
    }
    return {
      judged,
      attributes: new Set([...judged.values()].flatMap((entry) => [...entry.attributes])),
      reading: (types, attributes) =>
        [...judged.values()].filter((entry) => intersects(entry.types, types) || intersects(entry.attributes, attributes)),
    };
  });
}

function judgedRole(role: RoleRow, published: readonly PublishedRow[]): JudgedRole {
  const versions = effective(published);
  const reads = versions.map((version) => dependencies(version.node));
  return {
    role,
    published,
    versions,
    types: new Set(reads.flatMap((read) => read.types)),
    attributes: new Set(reads.flatMap((read) => read.attributes)),
    needsHolding: versions.every((version) => bestWithoutHoldings(version.node) === Level.UNMET),
  };
}

function intersects(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  for (const member of a) if (b.has(member)) return true;
  return false;
}

/** The best level a rule can have for somebody who holds nothing: credentials unmet, everything else as good as it can be. */
export function bestWithoutHoldings(node: RuleNode): Level {
  const optimist = (at: RuleNode, isNegated: boolean): RuleNode => {
    switch (at.op) {
      case 'all':
      case 'any':
      case 'atLeast':
        return { ...at, of: at.of.map((child) => optimist(child, isNegated)) };
      case 'not':
        return { ...at, of: optimist(at.of, !isNegated) };
      case 'holds':
        return NEVER;
      default:
        return isNegated ? NEVER : ALWAYS;
    }
  };
  const timeline = evaluate(optimist(node, false), { holdings: new Map(), attributes: new Map() });
  return Math.max(...timeline.map((step) => step.level)) as Level;
}

const ALWAYS: RuleNode = { op: 'all', of: [] };
const NEVER: RuleNode = { op: 'any', of: [] };
