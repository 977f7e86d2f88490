// What is wrong with a rule that can be read: it asks for itself, says the same of everybody, or names what is not there.
import type { Instant } from './calendar';
import { negatedWait, waitNegatedElsewhere } from './lint-pending';
import { isPossible } from './possible';
import { refusal, type Refusal } from './refusal';
import type { RoleRuleNode, RuleNode } from './rule';
import { meantBy, placesOf, referencesIn, type Path, type Place, type PublishedRules } from './rule-places';
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
  /** The present. */
  readonly now: Instant;
  /** The rules there are. */
  readonly rules: PublishedRules;
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
    first((place) => negatedWait(place, setting.rules)) ??
    first((place) => waitNegatedElsewhere(place, setting)) ??
    first(cappedBelow) ??
    sameForAll(rule, setting.from, path)
  );
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

function missingVersion({ node, path }: Place, { self, rules }: LintSetting): Refusal | null {
  if (node.op !== 'rule' || node.version === undefined) return null;
  const versions = [...(rules.get(node.roleCode)?.nodes.keys() ?? [])];
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
  for (const next of meantBy(at, setting.rules).flatMap(referencesIn)) {
    const way = wayBack(next, setting, seen);
    if (way) return [at.roleCode, ...way];
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
    // conditions but for periods do not depend on time: what could be met before cannot be any more because a period is over
    const isOver = isPossible(rule, [Level.GRACE, Level.MET], -Infinity) === true;
    const message = isOver
      ? 'Nobody can meet this rule any more: the period in which it could be met is over when the version takes effect. Give its `during` other bounds, or an earlier `effectiveFrom`.'
      : 'Nobody can ever meet this rule: its conditions exclude each other, ask for a value that nobody can have, or for longer than there is time for. Take out or loosen those that do.';
    return refusal('RULE_CANNOT_HOLD', message, path);
  }
  if (isPossible(rule, [Level.UNMET, Level.PENDING], from) === false) {
    const message =
      'Everybody of whom enough is known meets this rule, whatever is so: ask for something that not everybody is or has.';
    return refusal('RULE_ALWAYS_HOLDS', message, path);
  }
  return null;
}
