// A rule somebody drafted: whether it can be published, and its publication.
import { uuidv7 } from 'uuidv7';
import { parseSpan, type Instant } from '../../core/calendar';
import { refuseDates } from '../../core/dates';
import { lintRule } from '../../core/lint';
import { isAttributeName, isCustomAttribute, personAttributes } from '../../core/person';
import { DEEPEST_VALUE, refusePoison } from '../../core/poison';
import { isRefusal, refusal, type Refusal } from '../../core/refusal';
import { canonicalJson, dependencies, ruleLimits, type Json, type RuleNode } from '../../core/rule';
import { ruleHash, ruleToAst } from '../../core/rule-ast';
import { parseRule, refuseDeepRule } from '../../core/rule-reader';
import { ruleText } from '../../core/rule-text';
import { LONGEST_ADDRESS, refuseLongText } from '../../core/text-limits';
import type { Write } from '../../journal/write';
import type { Db } from '../../platform/postgres/pool';
import { instantText, rows } from '../../platform/sql';
import type { View } from '../context';
import type { CredentialDefinitions } from '../credentials/types';
import { recordDefinition } from '../definitions';
import { SINCE_EVER, type PublishedVersion } from '../versions';
import { definitionsOf, roleCodes, rolesKnown, type PublishedRow, type RoleRow, type RuleDefinitions } from './definitions';
import { labelsOf } from './labels';

/** The input of publishRule and rehearseRule. */
export interface RuleDraft {
  readonly roleCode: string;
  readonly rule: unknown;
  readonly effectiveFrom?: number | null;
  readonly warnBefore?: string | null;
  readonly rehearsalHash?: string | null;
  readonly reason?: string | null;
}

/** A draft that can be published. */
export interface CheckedDraft {
  readonly role: RoleRow;
  readonly node: RuleNode;
  /** The draft as the next version. */
  readonly version: PublishedRow;
  /** Why it is to be published; null: nobody said. */
  readonly reason: string | null;
  /** When it is to take effect; null: nothing is said about that. */
  readonly effectiveFrom: Instant | null;
  /** Tells drafts apart: what is to be published, and when it takes effect. */
  readonly key: string;
}

/** What a draft is checked against. */
export interface DraftSetting {
  readonly definitions: CredentialDefinitions;
  readonly rules: RuleDefinitions;
  readonly now: Instant;
  /** Who publishes it. */
  readonly actor: string;
  readonly zone: string;
}

/** Checks what can be checked of a draft alone. */
export function refuseDraft(draft: RuleDraft): Refusal | null {
  const poison = refusePoison(draft, DEEPEST_DRAFT);
  if (poison) return refuseDeepRule(draft.rule, ['rule']) ?? poison;
  const outside = refuseDates(draft, ['effectiveFrom']) ?? refuseLongText(draft, ['reason'], LONGEST_ADDRESS);
  if (outside || draft.warnBefore == null) return outside;
  const span = parseSpan(draft.warnBefore);
  if (span && span.months <= 12 * LONGEST_WARNING_YEARS && span.days <= 366 * LONGEST_WARNING_YEARS) return null;
  const message = `Warn at most ${LONGEST_WARNING_YEARS} years before a lapse, in years, months, weeks and days, such as P60D: what always warns says nothing.`;
  return refusal('RULE_DURATION_INVALID', message, ['warnBefore']);
}

// a level of a rule takes up to three of its value, as in { atLeast: { of: [ ] } }, and what a condition compares with nests as any value
const DEEPEST_DRAFT = 3 * ruleLimits.depth + DEEPEST_VALUE;
const LONGEST_WARNING_YEARS = 10;

/** Reads a draft against what is defined; a refusal says what keeps it from being published. */
export async function checkDraft(db: Db, draft: RuleDraft, setting: DraftSetting): Promise<CheckedDraft | Refusal> {
  const { definitions, rules, now, zone } = setting;
  const refused = refuseDraft(draft);
  if (refused) return refused;
  const [role] = await rolesKnown(db, CURRENT, { codes: [draft.roleCode] });
  if (!role)
    return refusal('UNKNOWN_ROLE', `There is no role "${draft.roleCode}": define it first with defineRoles.`, ['roleCode']);
  const catalogue = {
    typeCodes: new Set(definitions.typesByCode.keys()),
    attributes: isAttributeName,
    courseCodes: new Set(definitions.courses.keys()),
    roleCodes: await roleCodes(db),
  };
  const node = parseRule(draft.rule, catalogue, ['rule']);
  if (isRefusal(node)) return node;
  const published = rules.byCode.get(role.code)?.published ?? [];
  const number = (published.at(-1)?.version ?? 0) + 1;
  const effectiveFrom = draft.effectiveFrom ?? null;
  const from = startOf(effectiveFrom, published, now);
  const wrong = lintRule(
    node,
    {
      self: { roleCode: role.code, version: number },
      from,
      now,
      attributes: await attributesOfPeople(db, node),
      rules: rules.byCode,
    },
    ['rule'],
  );
  if (wrong) return wrong;
  const hash = ruleHash(node);
  const warnBefore = draft.warnBefore ?? null;
  return {
    role,
    node,
    effectiveFrom,
    reason: draft.reason?.trim() || null,
    version: {
      uuid: uuidv7(),
      roleId: role.uuid,
      version: number,
      from,
      warnBefore,
      ast: ruleToAst(node),
      text: ruleText(node, labelsOf(definitions), zone),
      hash,
      publishedBy: setting.actor,
      recordedIn: 0,
    },
    key: canonicalJson([role.uuid, hash, effectiveFrom, warnBefore]),
  };
}

const CURRENT: View = { at: 0, known: null, sight: null };

// looking through everything that was ever said of people takes its time, so only for names that are not built in
async function attributesOfPeople(db: Db, node: RuleNode): Promise<Set<string>> {
  const known = new Set<string>(personAttributes);
  if (!dependencies(node).attributes.some(isCustomAttribute)) return known;
  const found = await rows<{ name: string }>(
    db,
    '/* attributesOfPeople */ SELECT DISTINCT name FROM employee_fact WHERE retired_in IS NULL',
  );
  for (const { name } of found) if (isCustomAttribute(name)) known.add(name);
  return known;
}

function startOf(effectiveFrom: Instant | null, published: readonly PublishedRow[], now: Instant): Instant {
  return effectiveFrom ?? (published.length === 0 ? SINCE_EVER : now);
}

/** The rules there would be, were the draft published at `now` on top of these. */
export function rulesWith(rules: RuleDefinitions, { role, version, effectiveFrom }: CheckedDraft, now: Instant): RuleDefinitions {
  const own = rules.byCode.get(role.code)?.published ?? [];
  const last = { ...version, version: (own.at(-1)?.version ?? 0) + 1, from: startOf(effectiveFrom, own, now) };
  const all = [...rules.judged.values()];
  return definitionsOf(
    [...all.map((judged) => judged.role).filter(({ uuid }) => uuid !== role.uuid), role],
    [...all.flatMap((judged) => judged.published), last],
    rules.words,
  );
}

/** Records a draft as the next version of its rule. `number` is the version of the definitions that it makes. */
export async function recordDraft(
  write: Write,
  { role, version, node, reason }: CheckedDraft,
  number: number,
): Promise<PublishedVersion> {
  await write.db.query(
    `/* recordRule */ INSERT INTO rule_version (id, role_id, version, effective_from, warn_before, ast, text, hash, published_by, recorded_in)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      version.uuid,
      role.uuid,
      version.version,
      instantText(version.from),
      version.warnBefore,
      JSON.stringify(version.ast),
      version.text,
      version.hash,
      version.publishedBy,
      write.change,
    ],
  );
  recordDefinition(write, 'rule.published', role.uuid, number, {
    roleCode: role.code,
    version: version.version,
    effectiveFrom: instantText(version.from),
    warnBefore: version.warnBefore,
    ast: version.ast,
    hash: version.hash,
    ...(reason !== null && { reason }),
  });
  write.arrive([`rule:${role.uuid}`]);
  return {
    id: version.uuid,
    version: version.version,
    effectiveFrom: version.from,
    effectiveUntil: null,
    text: version.text,
    ast: version.ast as Json,
    hash: version.hash,
    publishedBy: version.publishedBy,
    judges: { node, warnBefore: version.warnBefore === null ? null : parseSpan(version.warnBefore) },
  };
}
