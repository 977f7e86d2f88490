// The instants at which somebody could become eligible: where time or a step makes a condition met.
import type { Instant } from './calendar';
import { creditFacts } from './conditions';
import { doneAt } from './lead-times';
import { metBetween } from './met';
import { childrenOf, type LeafNode, type RuleNode, type WindowNode } from './rule';
import { Level, negate } from './timeline';
import type { Deeds } from './ways-atoms';
import type { RuleWays } from './ways-formula';
import { dayAfter } from './windows';

const DAY_MS = 86_400_000;
/** Instants tried for one answer; it says when there were more. */
const MOST_INSTANTS = 200;

/** Gathers the instants for one person. */
export class Instants {
  private readonly found = new Set<Instant>();
  private readonly chains = new Map<string, ReadonlySet<Instant>>();
  private readonly referring = new Set<string>();

  constructor(
    private readonly deeds: Deeds,
    private readonly ways: RuleWays,
  ) {}

  /** In order of time, from now on; the first that are not too many. */
  of(rule: RuleNode): readonly Instant[] {
    const { at } = this.deeds.situation;
    const all = [...new Set([at, ...this.found, ...this.instants(rule, false)])].filter((one) => one >= at && one < Infinity);
    if (all.length > MOST_INSTANTS) this.deeds.isComplete = false;
    return all.sort((a, b) => a - b).slice(0, MOST_INSTANTS);
  }

  /** When a condition (or, negated, its contrary) can become met. */
  private instants(node: RuleNode, isNegated: boolean): ReadonlySet<Instant> {
    const rises = this.rises(node, isNegated);
    switch (node.op) {
      case 'not':
        return this.instants(node.of, !isNegated);
      case 'heldFor':
      case 'within':
      case 'accumulated':
      case 'service':
        return new Set([...rises, ...this.windowInstants(node, this.instants(node.of, isNegated), isNegated)]);
      case 'all':
      case 'any':
      case 'atLeast':
      case 'disclosed':
        return new Set(childrenOf(node).flatMap((child) => [...this.instants(child, isNegated)]));
      default:
        return new Set([...rises, ...this.leafInstants(node, isNegated)]);
    }
  }

  /** When time alone makes it met. */
  private rises(node: RuleNode, isNegated: boolean): Instant[] {
    const timeline = this.ways.timeline(node);
    const asked = isNegated ? negate(timeline) : timeline;
    return asked.filter(({ level }) => level === Level.MET).map(({ from }) => from);
  }

  private windowInstants(node: WindowNode, below: ReadonlySet<Instant>, isNegated: boolean): Instant[] {
    const { at, zone } = this.deeds.situation;
    const starts = [at, ...below];
    if (node.op === 'heldFor' || node.op === 'within') {
      const isLater = (node.op === 'heldFor') !== isNegated;
      return [...starts, ...(isLater ? starts.map((start) => dayAfter(start, node.duration, zone)) : [])];
    }
    const enough = node.duration.days * DAY_MS;
    const reach = node.op === 'service' ? node.within.days * DAY_MS : Infinity;
    const gathered = metBetween(this.ways.timeline(node.of), at - reach, at);
    return starts.flatMap((start) => [start, start + enough, start + Math.max(0, enough - gathered)]);
  }

  private leafInstants(node: LeafNode, isNegated: boolean): Instant[] {
    const { at, zone, equivalents } = this.deeds.situation;
    const { offers } = this.deeds;
    const byCourses = (codes: readonly string[]): Instant[] =>
      codes.map((code) => doneAt(at, offers.course(code).leadTime, zone));
    switch (node.op) {
      case 'holds':
        return isNegated ? [] : equivalents(node.typeCode).flatMap((code) => [...this.chain(code)]);
      case 'tenure': {
        const attribute = { op: 'attribute', name: node.name, equals: node.equals } as const;
        const starts = [at, ...this.rises(attribute, isNegated)];
        return [...starts, ...starts.map((start) => dayAfter(start, node.duration, zone))];
      }
      case 'credits': {
        const earned = byCourses(node.courseCodes);
        // hours that are there already may begin to count later, so that fewer are missing
        const counted = creditFacts(node, this.ways.facts).map(({ stretch }) => stretch.from);
        return [...counted, ...earned, ...(node.lag ? [at, ...earned].map((one) => dayAfter(one, node.lag!, zone)) : [])];
      }
      case 'noOpen':
        return [
          ...(offers.isCourse(node.resolver) ? byCourses([node.resolver]) : []),
          ...(offers.isType(node.resolver) ? this.chain(node.resolver) : []),
        ];
      case 'rule': {
        const key = JSON.stringify([node.roleCode, node.version ?? null]);
        if (this.referring.has(key)) return [];
        this.referring.add(key);
        const versions = offers.rules(node.roleCode, node.version ?? null).filter(({ until }) => until > at);
        const found = versions.flatMap((version) => [version.from, ...this.instants(version.node, isNegated)]);
        this.referring.delete(key);
        return found;
      }
      default:
        return [];
    }
  }

  /** When a credential can be obtained: whatever chain of prerequisites leads to it. */
  private chain(code: string): ReadonlySet<Instant> {
    const known = this.chains.get(code);
    if (known) return known;
    this.chains.set(code, new Set());
    const { at, zone, equivalents, isHeld } = this.deeds.situation;
    const { award, leadTime, prerequisites } = this.deeds.offers.type(code);
    const starts = new Set([at]);
    for (const needed of prerequisites) {
      const accepted = equivalents(needed);
      if (!accepted.some(isHeld)) for (const other of accepted) for (const end of this.chain(other)) starts.add(end);
    }
    const leads = award ? award.works.flatMap((work) => [null, ...this.deeds.leadsOf(work)]) : [leadTime];
    const ends = new Set([...starts].flatMap((start) => leads.map((lead) => doneAt(start, lead, zone))));
    if (ends.size > MOST_INSTANTS) this.deeds.isComplete = false;
    const kept = new Set([...ends].sort((a, b) => a - b).slice(0, MOST_INSTANTS));
    this.chains.set(code, kept);
    return kept;
  }
}
