// What is wrong with a rule that can be read: it asks for itself, says the same of everybody, or names what is not there.
import type { Instant } from './calendar';
import { isPossible } from './possible';
import { refusal, type Refusal } from './refusal';
import { childrenOf, type RoleRuleNode, type RuleNode } from './rule';
import { probablyMeant } from './spelling';
import { Level } from './timeline';

/** What a rule is checked against. */
export interface LintSetting {
  /** The version being made. */
  readonly self: { readonly roleCode: string; readonly version: number };
  /** From when on it is to judge. */
  readonly from: Instant;
  /** Attributes that people have. */
  readonly attributes: ReadonlySet<string>;
  /** The rules that others refer to. */
  readonly ruleOf: (roleCode: string) => PublishedRule | undefined;
}

/** The versions of a role's rule. */
export interface PublishedRule {
  /** Those that are or will be in effect. */
  readonly versions: readonly { readonly node: RuleNode }[];
  /** Every one, by number. */
  readonly nodes: ReadonlyMap<number, RuleNode>;
}

type Path = readonly (string | number)[];

interface Place<N extends RuleNode = RuleNode> {
  readonly node: N;
  readonly path: Path;
}

/** The first thing that is wrong with a rule, as what to do about it; null: nothing. `path` is the rule's own place in the input. */
export function lintRule(rule: RuleNode, setting: LintSetting, path: Path = []): Refusal | null {
  const places = placesOf(rule, path);
  const first = (check: (place: Place) => Refusal | null): Refusal | null => {
    for (const place of places) {
      const found = check(place);
      if (found) return found;
    }
    return null;
  };
  return (
    first(emptyGroup) ??
    first((place) => misspelled(place, setting.attributes)) ??
    first((place) => missingVersion(place, setting)) ??
    first((place) => circle(place, setting)) ??
    first((place) => negatedWait(place, setting)) ??
    first(cappedBelow) ??
    sameForAll(rule, setting.from, path)
  );
}

/** Every node with its place in the input, parents before children. */
function placesOf(node: RuleNode, path: Path): Place[] {
  const step: Path =
    node.op === 'not' || node.op === 'all' || node.op === 'any' ? [node.op] : [node.op, node.op === 'atLeast' ? 'of' : 'rule'];
  const isList = node.op === 'all' || node.op === 'any' || node.op === 'atLeast';
  return [{ node, path }, ...childrenOf(node).flatMap((child, i) => placesOf(child, [...path, ...step, ...(isList ? [i] : [])]))];
}

function emptyGroup({ node, path }: Place): Refusal | null {
  if ((node.op !== 'all' && node.op !== 'any') || node.of.length > 0) return null;
  return node.op === 'all'
    ? refusal('RULE_ALWAYS_HOLDS', 'List the conditions that must all be met: of none, everybody meets all.', [...path, 'all'])
    : refusal('RULE_CANNOT_HOLD', 'List the conditions of which any is enough: of none, nobody meets any.', [...path, 'any']);
}

// a custom attribute may be asked for before anybody has it; what is nearly the name of one that people have is a slip
function misspelled({ node, path }: Place, attributes: ReadonlySet<string>): Refusal | null {
  if ((node.op !== 'attribute' && node.op !== 'tenure') || attributes.has(node.name)) return null;
  const meant = probablyMeant(node.name, attributes);
  if (meant === null) return null;
  const message = `Nobody has "${node.name}". Did you mean "${meant}"? If it is an attribute of its own, send somebody who has it first.`;
  return refusal('RULE_ATTRIBUTE_UNKNOWN', message, [...path, node.op, 'name']);
}

function missingVersion({ node, path }: Place, { self, ruleOf }: LintSetting): Refusal | null {
  if (node.op !== 'rule' || node.version === undefined) return null;
  const versions = [...(ruleOf(node.roleCode)?.nodes.keys() ?? [])];
  if (versions.includes(node.version)) return null;
  const place = [...path, 'rule', 'version'];
  if (node.roleCode === self.roleCode && node.version === self.version)
    return refusesItself(place, [self.roleCode, self.roleCode]);
  const known = versions.length === 0 ? 'has no version yet' : `has versions 1 to ${Math.max(...versions)}`;
  return refusal('RULE_VERSION_UNKNOWN', `Refer to a version there is: the rule of "${node.roleCode}" ${known}.`, place);
}

function circle({ node, path }: Place, setting: LintSetting): Refusal | null {
  if (node.op !== 'rule') return null;
  const way = wayBack(node, setting, new Set());
  return way && refusesItself([...path, 'rule'], [setting.self.roleCode, ...way]);
}

function refusesItself(path: Path, way: readonly string[]): Refusal {
  const message = `The rule would ask for itself (${way.join(' - ')}): refer to an earlier version by its number, or leave one of them out.`;
  return refusal('RULE_CIRCULAR', message, path);
}

/** The roles on the way from a reference to the rule that is being made; null: it does not lead there. */
function wayBack(at: RoleRuleNode, setting: LintSetting, seen: Set<string>): readonly string[] | null {
  if (at.roleCode === setting.self.roleCode && at.version === undefined) return [at.roleCode];
  const key = JSON.stringify([at.roleCode, at.version]);
  if (seen.has(key)) return null;
  seen.add(key);
  for (const next of meantBy(at, setting).flatMap(referencesIn)) {
    const way = wayBack(next, setting, seen);
    if (way) return [at.roleCode, ...way];
  }
  return null;
}

/** The rules that a reference can mean. */
function meantBy({ roleCode, version }: RoleRuleNode, { ruleOf }: LintSetting): readonly RuleNode[] {
  const rule = ruleOf(roleCode);
  if (version === undefined) return (rule?.versions ?? []).map(({ node }) => node);
  const node = rule?.nodes.get(version);
  return node ? [node] : [];
}

function referencesIn(node: RuleNode): RoleRuleNode[] {
  return node.op === 'rule' ? [node] : childrenOf(node).flatMap(referencesIn);
}

// between no and yes such a condition is PENDING; its negation would be met for as long as somebody waits, and then no more
function negatedWait({ node, path }: Place, setting: LintSetting): Refusal | null {
  if (node.op !== 'not') return null;
  for (const { node: below, path: place } of placesOf(node.of, [...path, 'not'])) {
    const what = waitIn(below, setting, new Set());
    if (what === null) continue;
    const message = `Leave out "not" around ${what}: it would be met while that is pending. Say what must be so instead.`;
    return refusal('RULE_NEGATES_PENDING', message, [...place, below.op]);
  }
  return null;
}

/** What of a condition can be pending, also of the rules it refers to; null: nothing. */
function waitIn(node: RuleNode, setting: LintSetting, seen: Set<RuleNode>): string | null {
  if (node.op === 'approval') return 'an approval, which is asked for before it is given';
  if (node.op === 'credits') return 'credit hours, which are reported before they are confirmed';
  if (node.op !== 'rule') return null;
  for (const meant of meantBy(node, setting)) {
    if (seen.has(meant)) continue;
    seen.add(meant);
    for (const { node: below } of placesOf(meant, [])) {
      const what = waitIn(below, setting, seen);
      if (what !== null) return `the rule of "${node.roleCode}", which asks for ${what}`;
    }
  }
  return null;
}

function cappedBelow({ node, path }: Place): Refusal | null {
  if (node.op !== 'credits' || !node.caps) return null;
  const caps = node.caps;
  const capOf = (code: string) => caps.find(({ courseCodes }) => courseCodes.includes(code));
  if (node.courseCodes.some((code) => capOf(code) === undefined)) return null;
  const most = [...new Set(node.courseCodes.map(capOf))].reduce((sum, cap) => sum + cap!.max, 0);
  if (most >= node.min) return null;
  const message = `At most ${most} hours can count, and ${node.min} are asked for: raise a cap, or ask for less.`;
  return refusal('RULE_CANNOT_HOLD', message, [...path, 'credits', 'min']);
}

function sameForAll(rule: RuleNode, from: Instant, path: Path): Refusal | null {
  if (isPossible(rule, [Level.GRACE, Level.MET], from) === false) {
    const message =
      'Nobody can ever meet this rule: its conditions exclude each other, ask for a value that nobody can have, or for longer than there is time for. Take out or loosen those that do.';
    return refusal('RULE_CANNOT_HOLD', message, path);
  }
  if (isPossible(rule, [Level.UNMET, Level.PENDING], from) === false) {
    const message =
      'Everybody of whom enough is known meets this rule, whatever is so: ask for something that not everybody is or has.';
    return refusal('RULE_ALWAYS_HOLDS', message, path);
  }
  return null;
}
