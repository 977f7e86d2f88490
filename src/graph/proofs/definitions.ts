// What an answer was judged by: rules and what they lean on, cut down to what the question touches, as JSON.
import type { Json } from '../../core/rule';
import type { Labels } from '../../core/rule-text';
import { attributeLabels } from '../rules/labels';
import { definitionsOf, type PublishedRow, type RuleDefinitions } from '../rules/definitions';
import type { Reads } from '../rules/definitions';
import type { KnownDefinitions } from '../eligibility/known-facts';
import { equivalentsOf } from '../credentials/types';
import type { CapabilityRow } from '../sources/store';

/** A published version of a rule. */
export interface ProvedRule {
  readonly roleCode: string;
  readonly version: number;
  readonly effectiveFrom: number;
  readonly warnBefore: string | null;
  readonly ast: Json;
  readonly hash: string;
  /** Of the entry of the log that published it. */
  readonly position: number;
}

/** The definitions behind an answer, complete for its question. */
export interface ProvedDefinitions {
  /** IANA zone of the organisation, in which days are counted. */
  readonly zone: string;
  /** Every version published for the role asked about and for those it refers to, as known then. */
  readonly rules: readonly ProvedRule[];
  /** Of each type that is asked for, the codes that count as it. */
  readonly equivalents: Readonly<Record<string, readonly string[]>>;
  /** What sentences call types. */
  readonly labels: Readonly<Record<string, string>>;
  readonly courses: Readonly<Record<string, { readonly passMark: number | null; readonly creditHours: number | null }>>;
  /** What sources said they can say of what is asked for. */
  readonly words: readonly Pick<CapabilityRow, 'source' | 'subject' | 'code' | 'isAble' | 'at'>[];
}

/** The definitions as the engine reads them. */
export interface JudgedBy {
  readonly rules: RuleDefinitions;
  readonly zone: string;
  readonly equivalents: (typeCode: string) => readonly string[];
  readonly labels: Labels;
  readonly courses: Courses;
}

type Courses = ReadonlyMap<string, { readonly passMark: number | null; readonly creditHours: number | null }>;

/** Cuts what is known down to what a question reads: of a role, or (null) of a type. */
export function definitionsFor(
  roleCode: string | null,
  reads: Reads,
  { types, rules, zone }: KnownDefinitions,
  courses: Courses,
  positionOf: (roleUuid: string, version: number) => number,
): ProvedDefinitions {
  const roles = [...new Set([roleCode ?? [], ...reads.roles].flat())];
  const typesByCode = new Map(types.map((type) => [type.code, type]));
  const countsAs = equivalentsOf(typesByCode);
  const codes = [...reads.types].sort();
  const asked = { TYPE: reads.types, COURSE: reads.courses, EVENT: reads.events };
  return {
    zone,
    rules: roles.flatMap((code) =>
      (rules.byCode.get(code)?.published ?? []).map((row) => toRule(code, row, positionOf(row.roleId, row.version))),
    ),
    equivalents: Object.fromEntries(codes.map((code) => [code, countsAs(code)])),
    labels: Object.fromEntries(codes.flatMap((code) => (typesByCode.has(code) ? [[code, typesByCode.get(code)!.label]] : []))),
    courses: Object.fromEntries(
      [...courses].map(([code, { passMark, creditHours }]) => [code, { passMark, creditHours }] as const),
    ),
    words: rules.words
      .filter((word) => asked[word.subject].has(word.code))
      .map(({ source, subject, code, isAble, at }) => ({ source, subject, code, isAble, at })),
  };
}

function toRule(roleCode: string, { version, from, warnBefore, ast, hash }: PublishedRow, position: number): ProvedRule {
  return { roleCode, version, effectiveFrom: from, warnBefore, ast: ast as Json, hash, position };
}

/** Reads what `definitionsFor` wrote. Throws when it is not that. */
export function readDefinitions({ zone, rules, equivalents, labels, courses, words }: ProvedDefinitions): JudgedBy {
  const codes = [...new Set(rules.map((rule) => rule.roleCode))];
  const roles = codes.map((code) => ({ uuid: code, code, title: code, jobFamily: null, kind: null }));
  const published = rules.map((rule) => ({
    ...{ uuid: `${rule.roleCode} ${rule.version}`, roleId: rule.roleCode, version: rule.version, from: rule.effectiveFrom },
    ...{ warnBefore: rule.warnBefore, ast: rule.ast, hash: rule.hash, text: '', publishedBy: '', recordedIn: 0 },
  }));
  const said = words.map((word) => ({ ...word, uuid: '', reason: null }));
  return {
    rules: definitionsOf(roles, published, said),
    zone,
    equivalents: (code) => equivalents[code] ?? [code],
    labels: { type: (code) => labels[code] ?? code, ...attributeLabels },
    courses: new Map(Object.entries(courses)),
  };
}
