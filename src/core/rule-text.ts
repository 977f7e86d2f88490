// Rules and what happens to their conditions, in English.
import { Temporal } from 'temporal-polyfill';
import { dayOf, previousDay, startOfDay, type Instant } from './calendar';
import { canonicalJson, type AttributeNode, type HoldsNode, type Json, type LeafNode, type RuleNode } from './rule';
import { Level } from './timeline';

/** What the things that rules refer to are called. */
export interface Labels {
  /** "CPR certification" */
  readonly type: (code: string) => string;
  /** "job title" */
  readonly attribute: (name: string) => string;
  /** Whether the attribute is a list, of which a condition asks what it includes. */
  readonly isList?: (name: string) => boolean;
}

/** The rule as one clause in negation normal form; instants are written as days and times of `zone`. For people: it cannot be read back. */
export function ruleText(node: RuleNode, labels: Labels, zone = 'UTC'): string {
  return clause(node, false, labels, zone).text;
}

/** What a condition is about, as a noun or a short clause: "CPR certification", "department is ER", "from 2027-01-01 on". */
export function leafLabel(leaf: LeafNode, labels: Labels, zone = 'UTC'): string {
  return leaf.op === 'holds' ? labels.type(leaf.typeCode) : leafClause(leaf, false, labels, zone);
}

interface Clause {
  readonly text: string;
  readonly joined: ' and ' | ' or ' | null;
}

function clause(node: RuleNode, negated: boolean, labels: Labels, zone: string): Clause {
  switch (node.op) {
    case 'all':
    case 'any': {
      const joined = (node.op === 'all') === negated ? ' or ' : ' and ';
      const parts = node.of.map((child) => clause(child, negated, labels, zone));
      if (parts.length === 0) return { text: joined === ' and ' ? 'always' : 'never', joined: null };
      if (parts.length === 1) return parts[0]!;
      const texts = parts.map((part) => (part.joined === null || part.joined === joined ? part.text : `(${part.text})`));
      return { text: texts.join(joined), joined };
    }
    case 'atLeast': {
      const parts = node.of.map((child) => clause(child, false, labels, zone).text);
      return { text: `${negated ? 'fewer than' : 'at least'} ${node.n} of (${parts.join('; ')})`, joined: null };
    }
    case 'not':
      return clause(node.of, !negated, labels, zone);
    default:
      return { text: leafClause(node, negated, labels, zone), joined: null };
  }
}

function leafClause(leaf: LeafNode, negated: boolean, labels: Labels, zone: string): string {
  switch (leaf.op) {
    case 'holds':
      return `${negated ? 'does not hold' : 'holds'} ${labels.type(leaf.typeCode)}${leaf.strict ? ' (grace does not count)' : ''}`;
    case 'attribute': {
      const verbs = verbsOf(leaf, labels);
      return `${labels.attribute(leaf.name)} ${negated ? verbs.isNot : verbs.is} ${predicate(leaf)}`;
    }
    case 'during': {
      const from = leaf.from === null ? null : instantText(leaf.from, zone);
      const until = leaf.until === null ? null : instantText(leaf.until, zone);
      if (from === null) return negated ? `from ${until} on` : `before ${until}`;
      if (until === null) return negated ? `before ${from}` : `from ${from} on`;
      return negated ? `not from ${from} until before ${until}` : `from ${from} until before ${until}`;
    }
  }
}

const singleVerbs = { is: 'is', isNot: 'is not', isNow: 'is now', becomes: 'becomes', isNoLonger: 'is no longer' };
const listVerbs = {
  is: 'include',
  isNot: 'do not include',
  isNow: 'now include',
  becomes: 'come to include',
  isNoLonger: 'no longer include',
};

function verbsOf(leaf: AttributeNode, labels: Labels): typeof singleVerbs {
  return labels.isList?.(leaf.name) === true && leaf.atLeast === undefined ? listVerbs : singleVerbs;
}

function predicate(leaf: AttributeNode): string {
  if (leaf.atLeast !== undefined) return `at least ${leaf.atLeast}`;
  if (leaf.in === undefined) return valueText(leaf.equals!);
  return leaf.in.length === 1 ? valueText(leaf.in[0]!) : `one of ${leaf.in.map(valueText).join(', ')}`;
}

function valueText(value: Json): string {
  return typeof value === 'string' && /^\S(?:[^,;()]*\S)?$/u.test(value) ? value : canonicalJson(value);
}

/** An instant as a day where it begins one in the zone, else with the time of day. */
export function instantText(at: Instant, zone: string): string {
  const day = dayOf(at, zone);
  if (startOfDay(day, zone) === at) return day;
  const time = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainTime();
  return `${day} ${time.toString({ smallestUnit: at % 60_000 === 0 ? 'minute' : at % 1_000 === 0 ? 'second' : 'millisecond' })}`;
}

/** When something ends, as one says it: "on" its last day, or "at" a time of day. */
function endText(at: Instant, zone: string): string {
  const text = instantText(at, zone);
  return text.includes(' ') ? `at ${text}` : `on ${previousDay(text)}`;
}

/** When something begins: "on" its first day, or "at" a time of day. */
function beginText(at: Instant, zone: string): string {
  const text = instantText(at, zone);
  return text.includes(' ') ? `at ${text}` : `on ${text}`;
}

/** A change of one condition from level to level. `endedBy`: what ends a credential, when not its own expiry. */
export interface LeafChange {
  readonly leaf: LeafNode;
  readonly before: Level;
  readonly after: Level;
  readonly endedBy?: 'SUSPENSION' | 'REVOCATION' | undefined;
}

/** A change that lies ahead, as a sentence: "CPR certification expires". With `dated` it says when: "CPR certification expires on 2027-03-30". */
export function changeAheadText(change: LeafChange, at: Instant, labels: Labels, zone: string, dated: boolean): string {
  const { leaf, before, after } = change;
  const ends = dated ? ` ${endText(at, zone)}` : '';
  const begins = dated ? ` ${beginText(at, zone)}` : '';
  switch (leaf.op) {
    case 'holds': {
      const label = labels.type(leaf.typeCode);
      if (after === Level.MET) return `${label} takes effect${begins}`;
      if (after === Level.GRACE) return `${label} enters grace${begins}`;
      if (change.endedBy !== undefined)
        return `${label} is ${change.endedBy === 'SUSPENSION' ? 'suspended' : 'revoked'}${begins}`;
      return before === Level.GRACE ? `grace of ${label} ends${ends}` : `${label} expires${ends}`;
    }
    case 'attribute':
      return attributeChange(leaf, before, after, verbsOf(leaf, labels).becomes, 'becomes', labels) + begins;
    case 'during':
      return after === Level.MET ? `period begins ${beginText(at, zone)}` : `period ends ${endText(at, zone)}`;
  }
}

/** A change that a write brought about, as a sentence: "CPR certification obtained", "department is now ER". */
export function changeMadeText(change: LeafChange, labels: Labels): string {
  const { leaf, before, after } = change;
  switch (leaf.op) {
    case 'holds':
      return `${labels.type(leaf.typeCode)} ${holdingChange(change)}`;
    case 'attribute':
      return attributeChange(leaf, before, after, verbsOf(leaf, labels).isNow, 'is now', labels);
    case 'during':
      return after === Level.MET ? 'period now includes this time' : 'period no longer includes this time';
  }
}

function holdingChange({ before, after, endedBy }: LeafChange): string {
  if (after === Level.MET) return before === Level.GRACE ? 'renewed' : 'obtained';
  if (after === Level.GRACE) return before === Level.MET ? 'now in grace' : 'obtained, in grace';
  return endedBy === undefined ? 'no longer held' : endedBy === 'SUSPENSION' ? 'suspended' : 'revoked';
}

function attributeChange(leaf: AttributeNode, before: Level, after: Level, gains: string, turns: string, labels: Labels): string {
  const subject = labels.attribute(leaf.name);
  const verbs = verbsOf(leaf, labels);
  if (after === Level.UNKNOWN) return `${subject} is no longer known`;
  if (after === Level.MET) return `${subject} ${gains} ${predicate(leaf)}`;
  if (before === Level.UNKNOWN)
    return `${subject} ${turns} known and ${verbs.isNot} ${predicate(leaf)}`.replace('and do not', 'and does not');
  return `${subject} ${verbs.isNoLonger} ${predicate(leaf)}`;
}

/** How far a credential now reaches, after a write that moved its end: `until` null: it does not expire. */
export function reachText(leaf: HoldsNode, until: Instant | null, labels: Labels, zone: string): string {
  const label = labels.type(leaf.typeCode);
  if (until === null) return `${label} no longer expires`;
  const text = instantText(until, zone);
  return `${label} now valid until ${text.includes(' ') ? text : previousDay(text)}`;
}
