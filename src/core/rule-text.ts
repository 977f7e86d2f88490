// Rules in English.
import { Temporal } from 'temporal-polyfill';
import { isHidden, UNDISCLOSED } from './disclosure';
import { dayOf, previousDay, spanText, startOfDay, type Instant } from './calendar';
import {
  canonicalJson,
  isLeaf,
  type AttributeNode,
  type Audience,
  type CreditsNode,
  type Json,
  type LeafNode,
  type RuleNode,
  type WindowNode,
} from './rule';

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
export function ruleText(node: RuleNode, labels: Labels, zone = 'UTC', audience: Audience = 'HR'): string {
  return clause(node, false, { labels, zone, audience }).text;
}

/** What a condition is about, as a noun or a short clause: "CPR certification", "department is ER", "from 2027-01-01 on". */
export function leafLabel(leaf: LeafNode, labels: Labels, zone = 'UTC'): string {
  return leaf.op === 'holds' ? labels.type(leaf.typeCode) : leafClause(leaf, false, labels, zone);
}

interface Clause {
  readonly text: string;
  readonly joined: ' and ' | ' or ' | null;
}

interface Wording {
  readonly labels: Labels;
  readonly zone: string;
  readonly audience: Audience;
}

function clause(node: RuleNode, negated: boolean, wording: Wording): Clause {
  if (isHidden(node, wording.audience)) return { text: UNDISCLOSED, joined: null };
  switch (node.op) {
    case 'all':
    case 'any': {
      const joined = (node.op === 'all') === negated ? ' or ' : ' and ';
      const parts = node.of.map((child) => clause(child, negated, wording));
      if (parts.length === 0) return { text: joined === ' and ' ? 'always' : 'never', joined: null };
      if (parts.length === 1) return parts[0]!;
      const texts = parts.map((part) => (part.joined === null || part.joined === joined ? part.text : `(${part.text})`));
      return { text: texts.join(joined), joined };
    }
    case 'atLeast': {
      const parts = node.of.map((child) => clause(child, false, wording).text);
      return { text: `${negated ? 'fewer than' : 'at least'} ${node.n} of (${parts.join('; ')})`, joined: null };
    }
    case 'not':
      return clause(node.of, !negated, wording);
    case 'disclosed':
      return clause(node.of, negated, wording);
    default:
      return {
        text: isLeaf(node)
          ? leafClause(node, negated, wording.labels, wording.zone)
          : `${windowClause(node, negated)}: (${clause(node.of, false, wording).text})`,
        joined: null,
      };
  }
}

/** How long what is below must hold: "for at least 6 months". */
export function windowClause(node: WindowNode, negated: boolean): string {
  const least = negated ? 'for less than' : 'for at least';
  switch (node.op) {
    case 'heldFor':
      return `${least} ${spanText(node.duration)} without a break${node.gap ? ` of more than ${spanText(node.gap)}` : ''}`;
    case 'within': {
      const reach = `within ${spanText(node.duration)} before${node.toMonthEnd ? ', counted to the end of the month' : ''}`;
      return negated ? `neither now nor ${reach}` : `now or ${reach}`;
    }
    case 'accumulated': {
      const anew = node.resetAfter ? `, counted anew after a break of more than ${spanText(node.resetAfter)}` : '';
      return `${least} ${spanText(node.duration)} in all${anew}`;
    }
    case 'service':
      return `${least} ${spanText(node.duration)} of the last ${spanText(node.within)}`;
  }
}

/** A condition that looks at facts itself. */
export function leafClause(leaf: LeafNode, negated: boolean, labels: Labels, zone: string): string {
  switch (leaf.op) {
    case 'holds': {
      const verified = leaf.verifiedWithin ? ` verified within ${spanText(leaf.verifiedWithin)}` : '';
      const strict = leaf.strict ? ' (grace does not count)' : '';
      return `${negated ? 'does not hold' : 'holds'} ${labels.type(leaf.typeCode)}${verified}${strict}`;
    }
    case 'attribute': {
      const verbs = verbsOf(leaf, labels);
      return `${labels.attribute(leaf.name)} ${negated ? verbs.isNot : verbs.is} ${predicate(leaf)}`;
    }
    case 'during':
      return duringClause(leaf.from, leaf.until, negated, zone);
    case 'credits':
      return `${negated ? 'fewer than' : 'at least'} ${creditsText(leaf)}`;
    case 'tenure': {
      const verbs = verbsOf(leaf, labels);
      const least = `for ${negated ? 'less than' : 'at least'} ${spanText(leaf.duration)}`;
      return `${labels.attribute(leaf.name)} ${verbs.is} ${predicate(leaf)} ${least} without a break`;
    }
    case 'approval': {
      const by = leaf.bindToManager ? ' under the present manager' : '';
      const ttl = leaf.ttl ? ` within ${spanText(leaf.ttl)}` : '';
      return `${approvalName(leaf.kind)} ${negated ? 'not granted' : 'granted'}${by}${ttl}`;
    }
    case 'noOpen':
      return `${negated ? 'an' : 'no'} open ${leaf.trigger} (resolved by ${leaf.resolver})`;
    case 'rule':
      return `${negated ? 'does not meet' : 'meets'} ${ruleName(leaf.roleCode, leaf.version)}`;
  }
}

function duringClause(after: Instant | null, before: Instant | null, negated: boolean, zone: string): string {
  const from = after === null ? null : instantText(after, zone);
  const until = before === null ? null : instantText(before, zone);
  if (from === null) return negated ? `from ${until} on` : `before ${until}`;
  if (until === null) return negated ? `before ${from}` : `from ${from} on`;
  return negated ? `not from ${from} until before ${until}` : `from ${from} until before ${until}`;
}

function creditsText({ min, courseCodes, window, lag, toMonthEnd, caps = [] }: CreditsNode): string {
  const counting = `each counting for ${spanText(window)}${toMonthEnd ? ' and to the end of the month' : ''}`;
  const later = lag ? ` from ${spanText(lag)} after it was earned` : '';
  const capped = caps.map((cap) => `, at most ${cap.max} from ${listText(cap.courseCodes)}`).join('');
  return `${hoursText(min)} from ${listText(courseCodes)}${capped}, ${counting}${later}`;
}

/** "20 credit hours" */
export function hoursText(hours: number): string {
  return `${hours} credit hour${hours === 1 ? '' : 's'}`;
}

/** "approval NIGHT-SHIFT" */
export function approvalName(kind: string): string {
  return `approval ${kind}`;
}

/** "the rule of NURSE", "version 2 of the rule of NURSE" */
export function ruleName(roleCode: string, version: number | undefined): string {
  return `${version === undefined ? '' : `version ${version} of `}the rule of ${roleCode}`;
}

/** "A, B and C" */
export function listText(items: readonly string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1) ?? ''}`;
}

const singleVerbs = { is: 'is', isNot: 'is not', isNow: 'is now', becomes: 'becomes', isNoLonger: 'is no longer' };
const listVerbs = {
  is: 'include',
  isNot: 'do not include',
  isNow: 'now include',
  becomes: 'come to include',
  isNoLonger: 'no longer include',
};

/** A test of an attribute's value. */
export type AttributeTest = Pick<AttributeNode, 'name' | 'equals' | 'in' | 'atLeast'>;

/** The verbs that go with an attribute. */
export function verbsOf(leaf: AttributeTest, labels: Labels): typeof singleVerbs {
  return labels.isList?.(leaf.name) === true && leaf.atLeast === undefined ? listVerbs : singleVerbs;
}

/** What an attribute's value is tested for. */
export function predicate(leaf: AttributeTest): string {
  if (leaf.atLeast !== undefined) return `at least ${leaf.atLeast}`;
  if (leaf.in === undefined) return valueText(leaf.equals!);
  return leaf.in.length === 1 ? valueText(leaf.in[0]!) : `one of ${leaf.in.map(valueText).join(', ')}`;
}

/** A value in a sentence: plain where it reads as one word or name, else as JSON. */
export function valueText(value: Json): string {
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
export function endText(at: Instant, zone: string): string {
  const text = instantText(at, zone);
  return text.includes(' ') ? `at ${text}` : `on ${previousDay(text)}`;
}

/** When something begins: "on" its first day, or "at" a time of day. */
export function beginText(at: Instant, zone: string): string {
  const text = instantText(at, zone);
  return text.includes(' ') ? `at ${text}` : `on ${text}`;
}
