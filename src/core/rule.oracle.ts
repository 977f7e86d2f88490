// A second, naive meaning of rules and verdicts for the tests: by definition, one instant at a time, no interval algebra and no shared code.
import type { Instant, Span } from './calendar';
import type { PersonFacts, SilenceSubject } from './facts';
import type { Json, RuleNode, TenureNode, WindowNode } from './rule';
import { DAY, T0, type Publication } from './rule-cases.oracle';
import type { Verdict } from './verdict';

const orderOfLevels = ['UNMET', 'UNKNOWN', 'PENDING', 'GRACE', 'MET'];

/** The level of a rule at one instant, 0 to 4. */
export function oracleLevel(node: RuleNode, facts: PersonFacts, t: Instant): number {
  switch (node.op) {
    case 'all':
      return Math.min(4, ...node.of.map((child) => oracleLevel(child, facts, t)));
    case 'any':
      return Math.max(0, ...node.of.map((child) => oracleLevel(child, facts, t)));
    case 'atLeast':
      return node.of.map((child) => oracleLevel(child, facts, t)).sort((a, b) => b - a)[node.n - 1]!;
    case 'not': {
      const level = orderOfLevels[oracleLevel(node.of, facts, t)]!;
      if (level === 'UNKNOWN') return 1;
      return level === 'UNMET' || level === 'PENDING' ? 4 : 0;
    }
    case 'holds': {
      let best = 0;
      for (const [code, slices] of facts.holdings) {
        const counts = facts.equivalents === undefined ? code === node.typeCode : facts.equivalents(node.typeCode).includes(code);
        for (const slice of slices) {
          if (!counts || t < slice.from || t >= slice.to || (slice.level === 'GRACE' && node.strict)) continue;
          const span = node.verifiedWithin;
          if (span && !(slice.verifications ?? []).some(({ at }) => at <= t && t < civil(at, span))) continue;
          best = Math.max(best, orderOfLevels.indexOf(slice.level));
        }
      }
      return Math.max(best, isSilent('TYPE', node.typeCode, facts, t));
    }
    case 'attribute': {
      const slice = (facts.attributes.get(node.name) ?? []).find(({ from, to }) => t >= from && t < to);
      if (slice === undefined) return 1;
      const { value } = slice;
      if (value === null) return 0;
      if (node.atLeast !== undefined) return typeof value !== 'number' ? 1 : value < node.atLeast ? 0 : 4;
      const wanted = (node.in ?? [node.equals]).map((one) => JSON.stringify(one));
      return [value, ...(Array.isArray(value) ? (value as Json[]) : [])].some((one) => wanted.includes(JSON.stringify(one)))
        ? 4
        : 0;
    }
    case 'during':
      return (node.from === null || t >= node.from) && (node.until === null || t < node.until) ? 4 : 0;
    case 'disclosed':
      return oracleLevel(node.of, facts, t);
    case 'credits': {
      const hours = (pending: boolean): number => {
        const capped = new Map<number, number>();
        for (const code of node.courseCodes) {
          for (const fact of facts.credits?.get(code) ?? []) {
            const from = node.lag ? civil(fact.at, node.lag) : fact.at;
            const window = { months: node.window.months, days: node.window.days + (node.lag?.days ?? 0) };
            const to = node.toMonthEnd ? monthEnd(civil(fact.at, window)) : civil(fact.at, window);
            if (t < from || t >= to || (fact.isPending && !pending)) continue;
            const cap = (node.caps ?? []).findIndex(({ courseCodes }) => courseCodes.includes(code));
            capped.set(cap, (capped.get(cap) ?? 0) + Math.round(fact.hours * 10));
          }
        }
        return [...capped].reduce((sum, [cap, tenths]) => sum + Math.min(tenths, (node.caps?.[cap]?.max ?? Infinity) * 10), 0);
      };
      if (hours(false) >= Math.round(node.min * 10)) return 4;
      if (hours(true) >= Math.round(node.min * 10)) return 2;
      return Math.max(0, ...node.courseCodes.map((code) => isSilent('COURSE', code, facts, t)));
    }
    case 'tenure':
      return oracleLevel(heldAttribute(node), facts, t);
    case 'approval': {
      const acts = facts.approvals?.get(node.kind) ?? [];
      const managerAt = (at: Instant): string =>
        JSON.stringify(
          facts.attributes.get('managerExternalId')?.find(({ from, to }) => at >= from && at < to)?.value ?? 'nobody',
        );
      const moments = boundariesOf({ op: 'attribute', name: 'managerExternalId', equals: '' }, facts);
      const stands = acts.some(({ act, at }) => {
        if (act !== 'GRANTED' || at > t || (node.ttl && t >= civil(at, node.ttl))) return false;
        if (acts.some((other) => other.act === 'WITHDRAWN' && other.at >= at && other.at <= t)) return false;
        if (!node.bindToManager) return true;
        return !moments.some((moment) => moment > at && moment <= t && managerAt(moment) !== managerAt(at));
      });
      if (stands) return 4;
      const isAsked = acts.some(
        ({ act, at }) =>
          act === 'REQUESTED' && at <= t && !acts.some((other) => other.act !== 'REQUESTED' && other.at >= at && other.at <= t),
      );
      return isAsked ? 2 : 0;
    }
    case 'noOpen': {
      const resolvers = facts.happenings?.get(node.resolver) ?? [];
      const isOpen = (facts.happenings?.get(node.trigger) ?? []).some(
        (trigger) => trigger.at <= t && !resolvers.some(({ at }) => at >= trigger.at && at <= t),
      );
      return isOpen ? 0 : isSilent('EVENT', node.trigger, facts, t) === 1 ? 1 : 4;
    }
    case 'rule':
      return facts.levelsOf!(node.roleCode, null).findLast(({ from }) => from <= t)!.level;
    case 'heldFor':
    case 'within':
    case 'accumulated':
    case 'service':
      return [4, 3, 2, 1].find((cut) => isOn(node, stretchesOf(node.of, facts, cut), t)) ?? 0;
  }
}

const held = new WeakMap<RuleNode, RuleNode>();

function heldAttribute(node: TenureNode): RuleNode {
  const { name, equals, duration } = node;
  const same = held.get(node) ?? { op: 'heldFor', of: { op: 'attribute', name, equals }, duration };
  held.set(node, same);
  return same;
}

function isSilent(subject: SilenceSubject, code: string, facts: PersonFacts, t: Instant): number {
  return (facts.silences?.(subject, code) ?? []).some(({ from, to }) => from <= t && t < to) ? 1 : 0;
}

type Stretches = [from: Instant, to: Instant][];
const found = new WeakMap<PersonFacts, Map<RuleNode, Map<number, Stretches>>>();

/** Remembered: windows over windows would otherwise ask the same again and again. */
function stretchesOf(node: RuleNode, facts: PersonFacts, cut: number): Stretches {
  const ofFacts = found.get(facts) ?? new Map<RuleNode, Map<number, Stretches>>();
  found.set(facts, ofFacts);
  const ofNode = ofFacts.get(node) ?? new Map<number, Stretches>();
  ofFacts.set(node, ofNode);
  const known = ofNode.get(cut) ?? findStretches(node, facts, cut);
  ofNode.set(cut, known);
  return known;
}

/** Where a condition is at a level or better, found by asking between all instants at which anything can change. */
function findStretches(node: RuleNode, facts: PersonFacts, cut: number): Stretches {
  const moments = [-Infinity, ...boundariesOf(node, facts), Infinity];
  const stretches: Stretches = [];
  for (let i = 0; i + 1 < moments.length; i++) {
    const [from, to] = [moments[i]!, moments[i + 1]!];
    if (oracleLevel(node, facts, from === -Infinity ? Math.min(to - 1, T0 - 1000 * DAY) : from) < cut) continue;
    if (stretches.at(-1)?.[1] === from) stretches.at(-1)![1] = to;
    else stretches.push([from, to]);
  }
  return stretches;
}

function isOn(node: WindowNode, stretches: Readonly<Stretches>, t: Instant): boolean {
  const gathered = (after: Instant, upTo: Instant): number =>
    stretches.reduce((sum, [from, to]) => sum + Math.max(0, Math.min(to, upTo) - Math.max(from, after)), 0);
  switch (node.op) {
    case 'heldFor': {
      const i = stretches.findIndex(([from, to]) => from <= t && t < to);
      if (i < 0) return false;
      let first = i;
      while (node.gap && first > 0 && stretches[first]![0] <= after(stretches[first - 1]![1], node.gap)) first--;
      return t >= civil(stretches[first]![0], node.duration);
    }
    case 'within':
      return stretches.some(
        ([from, to]) => from <= t && t < (node.toMonthEnd ? monthEnd(civil(to - 1, node.duration)) : after(to, node.duration)),
      );
    case 'accumulated': {
      let start = -Infinity;
      stretches.forEach(([from, to], i) => {
        const next = stretches[i + 1]?.[0] ?? Infinity;
        const reset = node.resetAfter ? after(to, node.resetAfter) : Infinity;
        if (from <= t && next > reset && t >= reset) start = Math.max(start, to);
      });
      return gathered(start, t) >= node.duration.days * DAY;
    }
    case 'service': {
      const [enough, reach] = [node.duration.days * DAY, node.within.days * DAY];
      return gathered(t - reach, t) >= enough && gathered(t + 1 - reach, t + 1) >= enough;
    }
  }
}

/** The beginning of the UTC day a span after the day of an instant, month by month and day by day. */
function civil(at: Instant, span: Span): Instant {
  if (!Number.isFinite(at)) return at;
  const date = new Date(at);
  const month = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + span.months, 1));
  const length = new Date(Date.UTC(month.getUTCFullYear(), month.getUTCMonth() + 1, 0)).getUTCDate();
  return month.getTime() + (Math.min(date.getUTCDate(), length) - 1 + span.days) * DAY;
}

/** The same, keeping the time of day. */
function after(at: Instant, span: Span): Instant {
  return Number.isFinite(at) ? civil(at, span) + (((at % DAY) + DAY) % DAY) : at;
}

function monthEnd(at: Instant): Instant {
  return Number.isFinite(at) ? Date.UTC(new Date(at).getUTCFullYear(), new Date(at).getUTCMonth() + 1, 1) : at;
}

/** Every instant at which a condition can change, and some at which it does not. */
function boundariesOf(node: RuleNode, facts: PersonFacts): Instant[] {
  const all: Instant[] = [];
  for (const slices of [...facts.holdings.values(), ...facts.attributes.values()])
    for (const { from, to } of slices) all.push(from, to);
  for (const subject of ['TYPE', 'COURSE', 'EVENT'] as const)
    for (const { from, to } of facts.silences?.(subject, '') ?? []) all.push(from, to);
  for (const list of [...(facts.happenings?.values() ?? []), ...(facts.approvals?.values() ?? [])])
    for (const { at } of list) all.push(at);
  for (const { from } of facts.levelsOf?.('', null) ?? []) all.push(from);
  const earned = [...(facts.credits?.values() ?? [])].flat().map(({ at }) => at);
  const verified = [...facts.holdings.values()].flat().flatMap(({ verifications = [] }) => verifications.map(({ at }) => at));
  const granted = (facts.approvals?.get('NIGHTS') ?? []).map(({ at }) => at);
  const visit = (at: RuleNode): Instant[] => {
    switch (at.op) {
      case 'during':
        return [at.from ?? Infinity, at.until ?? Infinity];
      case 'credits': {
        const window = { months: at.window.months, days: at.window.days + (at.lag?.days ?? 0) };
        return earned.flatMap((t) => [
          t,
          civil(t, at.lag ?? { months: 0, days: 0 }),
          civil(t, window),
          monthEnd(civil(t, window)),
        ]);
      }
      case 'holds':
        return at.verifiedWithin ? verified.flatMap((t) => [t, civil(t, at.verifiedWithin!)]) : [];
      case 'approval':
        return at.ttl ? granted.map((t) => civil(t, at.ttl!)) : [];
      case 'tenure':
        return all.map((t) => civil(t, at.duration));
      case 'heldFor':
      case 'within': {
        const below = [...all, ...visit(at.of)];
        return [
          ...below,
          ...below.flatMap((t) => [civil(t, at.duration), after(t, at.duration), monthEnd(civil(t - 1, at.duration))]),
        ];
      }
      case 'not':
      case 'disclosed':
      case 'accumulated':
      case 'service':
        return visit(at.of);
      default:
        return 'of' in at ? at.of.flatMap(visit) : [];
    }
  };
  return [...new Set([...all, ...visit(node)].filter(Number.isFinite))].sort((a, b) => a - b);
}

/** Every instant at which anything about the rules or the facts can change. */
export function boundaries(published: readonly Publication[], facts: PersonFacts): Instant[] {
  const all = [...published.map(({ from }) => from), ...published.flatMap(({ node }) => boundariesOf(node, facts))];
  return [...new Set(all.filter(Number.isFinite))].sort((a, b) => a - b);
}

/** Where to look: on and around every boundary and every possible beginning of a warning, and far away. */
export function probes(published: readonly Publication[], facts: PersonFacts): Instant[] {
  const edges = boundaries(published, facts);
  const warned = published.flatMap(({ warnBefore }) =>
    warnBefore === null ? [] : edges.map((edge) => edge - warnBefore.days * DAY),
  );
  const all = [T0 - 100 * DAY, T0 + 100 * DAY, ...[...edges, ...warned].flatMap((edge) => [edge - 1, edge, edge + 1])];
  return [...new Set(all)].sort((a, b) => a - b);
}

/** The verdict at one instant; `edges` are the boundaries. The version in effect is the last one published that has begun. */
export function oracleVerdict(
  published: readonly Publication[],
  facts: PersonFacts,
  edges: readonly Instant[],
  t: Instant,
): { verdict: Verdict; ruleVersion: number | null } {
  const versionAt = (at: Instant): Publication | undefined => published.findLast(({ from }) => from <= at);
  const levelAt = (at: Instant): number => {
    const version = versionAt(at);
    return version === undefined ? 1 : oracleLevel(version.node, facts, at);
  };
  const version = versionAt(t);
  if (version === undefined) return { verdict: 'UNKNOWN', ruleVersion: null };
  const level = levelAt(t);
  const named: Verdict[] = ['NOT_ELIGIBLE', 'UNKNOWN', 'PENDING', 'GRACE', 'ELIGIBLE'];
  let verdict = named[level]!;
  if (level === 4 && version.warnBefore !== null) {
    const lapse = edges.find((edge) => edge > t && levelAt(edge) < 3);
    if (lapse !== undefined && t >= lapse - version.warnBefore.days * DAY) verdict = 'AT_RISK';
  }
  return { verdict, ruleVersion: version.version };
}
