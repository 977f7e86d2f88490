// Dates worked out for the conditions of a rule that count time, so that whoever publishes it sees what it means.
import { dayOf, startOfDay, subtractSpanFromInstant, type Day, type Instant, type Span } from './calendar';
import { creditStretch } from './conditions';
import { isHidden } from './disclosure';
import { childrenOf, type Audience, type RuleNode } from './rule';
import { within, dayAfter } from './windows';
import { Level } from './timeline';

/** A month's end, a leap day, a day of no note: the days of the worked examples of renewal policies too. */
const EXAMPLES: readonly Day[] = ['2026-01-31', '2028-02-29', '2026-10-15'];

/** One sentence with three worked dates for each way in which the rule counts time; none when it does not. */
export function ruleExamples(node: RuleNode, warnBefore: Span | null, zone: string, audience: Audience = 'HR'): string[] {
  const sentences = new Set<string>();
  const visit = (at: RuleNode): void => {
    if (isHidden(at, audience)) return;
    const example = exampleOf(at, zone);
    if (example) sentences.add(sentenceOf(example, zone));
    childrenOf(at).forEach(visit);
  };
  visit(node);
  if (warnBefore) {
    const begin = (start: Instant): Instant => subtractSpanFromInstant(start, warnBefore, zone);
    sentences.add(sentenceOf({ what: 'a lapse at the start of', then: 'is warned of from', at: begin }, zone));
  }
  return [...sentences];
}

interface Example {
  /** What happens on the day of the example. */
  readonly what: string;
  /** What follows from it: "count through", with the last day, or "counts from", with the first. */
  readonly then: string;
  readonly at: (start: Instant) => Instant;
}

function exampleOf(node: RuleNode, zone: string): Example | null {
  const after = (span: Span) => (start: Instant) => dayAfter(start, span, zone);
  const lastDay = (end: (start: Instant) => Instant) => (start: Instant) => end(start) - 1;
  switch (node.op) {
    case 'credits':
      return { what: 'hours earned', then: 'count through', at: lastDay((start) => creditStretch(node, start, zone).to) };
    case 'heldFor':
    case 'tenure':
    case 'accumulated':
    case 'service':
      return { what: 'what begins and goes on from', then: 'is enough from', at: after(node.duration) };
    case 'within': {
      // a condition whose last day is the day of the example
      const ended = (start: Instant) => dayAfter(start, { months: 0, days: 1 }, zone);
      const on = (end: Instant) => [
        { from: -Infinity, level: Level.MET },
        { from: end, level: Level.UNMET },
      ];
      const end = (start: Instant): Instant => within(on(ended(start)), node.duration, zone, node.toMonthEnd === true)[1]!.from;
      return { what: 'what held last', then: 'counts through', at: lastDay(end) };
    }
    case 'approval':
      return node.ttl ? { what: 'a grant of', then: 'stands through', at: lastDay(after(node.ttl)) } : null;
    case 'holds':
      return node.verifiedWithin
        ? { what: 'a verification of', then: 'is recent through', at: lastDay(after(node.verifiedWithin)) }
        : null;
    default:
      return null;
  }
}

function sentenceOf({ what, then, at }: Example, zone: string): string {
  const worked = EXAMPLES.map((day) => `${day} ${then} ${dayOf(at(startOfDay(day, zone)), zone)}`);
  return `Examples: ${what} ${worked.join('; ')}.`;
}
