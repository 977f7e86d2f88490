// What happens to the conditions of a rule, in English.
import { previousDay, spanText, type Instant } from './calendar';
import { isWindow, type HoldsNode, type LeafNode, type WindowNode } from './rule';
import {
  approvalName,
  beginText,
  endText,
  hoursText,
  instantText,
  leafClause,
  listText,
  predicate,
  ruleName,
  ruleText,
  verbsOf,
  windowClause,
  type AttributeTest,
  type Labels,
} from './rule-text';
import { Level } from './timeline';

/** A change of one condition from level to level. */
export interface LeafChange {
  readonly leaf: LeafNode | WindowNode;
  readonly before: Level;
  readonly after: Level;
  /** What ends a credential or an approval (or begins to vouch for it), when not its own expiry. */
  readonly endedBy?: 'SUSPENSION' | 'REVOCATION' | 'VERIFICATION' | 'MANAGER' | undefined;
  /** Whether a credential counts again because its suspension was lifted. */
  readonly isReinstated?: boolean;
}

/** A change that lies ahead, as a sentence: "CPR certification expires". With `dated` it says when: "CPR certification expires on 2027-03-30". */
export function changeAheadText(change: LeafChange, at: Instant, labels: Labels, zone: string, dated: boolean): string {
  const { leaf, before, after } = change;
  const ends = dated ? ` ${endText(at, zone)}` : '';
  const begins = dated ? ` ${beginText(at, zone)}` : '';
  const isMet = after === Level.MET;
  if (isWindow(leaf)) return windowChange(leaf, after > before, labels, zone) + begins;
  switch (leaf.op) {
    case 'holds':
      return holdingAhead(leaf, change, labels, begins, ends);
    case 'attribute':
    case 'tenure':
      if (leaf.op === 'tenure' && isMet) return leafClause(leaf, false, labels, zone) + begins;
      return attributeChange(leaf, before, after, verbsOf(leaf, labels).becomes, 'becomes', labels) + begins;
    case 'during':
      return isMet ? `period begins ${beginText(at, zone)}` : `period ends ${endText(at, zone)}`;
    case 'credits': {
      const count = `count${leaf.courseCodes.length === 1 ? 's' : ''} for ${hoursText(leaf.min)}`;
      const reported = before === Level.PENDING && after < before ? ' as reported' : '';
      return `${listText(leaf.courseCodes)} ${after > before ? '' : 'no longer '}${count}${reported}${begins}`;
    }
    case 'approval': {
      const name = approvalName(leaf.kind);
      if (isMet) return `${name} takes effect${begins}`;
      if (after === Level.PENDING && before < after) return `${name} is asked for${begins}`;
      return change.endedBy === 'MANAGER' ? `${name} lapses with the change of manager${begins}` : `${name} ends${ends}`;
    }
    case 'noOpen':
      return isMet ? `${leaf.resolver} resolves ${leaf.trigger}${begins}` : `${leaf.trigger} is open${begins}`;
    case 'rule':
      return `${ruleName(leaf.roleCode, leaf.version)} is ${isMet ? '' : 'no longer '}met${begins}`;
  }
}

function holdingAhead(leaf: HoldsNode, change: LeafChange, labels: Labels, begins: string, ends: string): string {
  const label = labels.type(leaf.typeCode);
  const { before, after, endedBy, isReinstated } = change;
  if (endedBy === 'VERIFICATION' && after > before) return `verification of ${label} takes effect${begins}`;
  if (isReinstated && after > before) return `${label} is reinstated${after === Level.GRACE ? ', in grace' : ''}${begins}`;
  if (after === Level.MET) return `${label} takes effect${begins}`;
  if (after === Level.GRACE) return `${label} enters grace${begins}`;
  if (endedBy === 'VERIFICATION') return `verification of ${label} is older than ${spanText(leaf.verifiedWithin!)}${begins}`;
  if (endedBy !== undefined) return `${label} is ${endedBy === 'SUSPENSION' ? 'suspended' : 'revoked'}${begins}`;
  return before === Level.GRACE ? `grace of ${label} ends${ends}` : `${label} expires${ends}`;
}

/** A change that a write brought about, as a sentence: "CPR certification obtained", "department is now ER". */
export function changeMadeText(change: LeafChange, labels: Labels, zone = 'UTC'): string {
  const { leaf, before, after } = change;
  const isMet = after === Level.MET;
  if (isWindow(leaf)) return windowChange(leaf, after > before, labels, zone);
  switch (leaf.op) {
    case 'holds':
      return `${labels.type(leaf.typeCode)} ${holdingChange(change)}`;
    case 'attribute':
    case 'tenure':
      if (leaf.op === 'tenure' && isMet) return leafClause(leaf, false, labels, zone);
      return attributeChange(leaf, before, after, verbsOf(leaf, labels).isNow, 'is now', labels);
    case 'during':
      return isMet ? 'period now includes this time' : 'period no longer includes this time';
    case 'credits': {
      const courses = listText(leaf.courseCodes);
      if (isMet) return `${hoursText(leaf.min)} from ${courses} reached`;
      return after === Level.PENDING && after > before
        ? `${hoursText(leaf.min)} from ${courses} reported, not confirmed yet`
        : `fewer than ${hoursText(leaf.min)} from ${courses} now`;
    }
    case 'approval': {
      const name = approvalName(leaf.kind);
      if (isMet) return `${name} granted`;
      if (after === Level.PENDING && before < after) return `${name} asked for`;
      return change.endedBy === 'MANAGER' ? `${name} lapsed with the change of manager` : `${name} no longer stands`;
    }
    case 'noOpen':
      return isMet ? `${leaf.trigger} resolved by ${leaf.resolver}` : `${leaf.trigger} is open`;
    case 'rule':
      return `${ruleName(leaf.roleCode, leaf.version)} is ${isMet ? 'now' : 'no longer'} met`;
  }
}

function windowChange(node: WindowNode, isBetter: boolean, labels: Labels, zone: string): string {
  return `${windowClause(node, !isBetter)}: (${ruleText(node.of, labels, zone)})`;
}

function holdingChange({ before, after, endedBy, isReinstated }: LeafChange): string {
  if (isReinstated && after > before) return after === Level.GRACE ? 'reinstated, in grace' : 'reinstated';
  if (after === Level.MET) return before === Level.GRACE ? 'renewed' : 'obtained';
  if (after === Level.GRACE) return before === Level.MET ? 'now in grace' : 'obtained, in grace';
  if (endedBy === 'VERIFICATION') return 'no longer verified recently enough';
  return endedBy === undefined ? 'no longer held' : endedBy === 'SUSPENSION' ? 'suspended' : 'revoked';
}

function attributeChange(leaf: AttributeTest, before: Level, after: Level, gains: string, turns: string, labels: Labels): string {
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
