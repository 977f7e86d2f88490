// What somebody has to do so that a rule is met at an instant, as a formula.
import type { Instant } from './calendar';
import { leafTimeline } from './conditions';
import { evaluate } from './evaluate';
import type { PersonFacts } from './facts';
import { latestWindowStart } from './lead-times';
import { isMetThrough, metBetween, wouldMeet } from './met';
import { Formulas } from './monotone';
import type { ApprovalNode, HoldsNode, LeafNode, NoOpenNode, RoleRuleNode, RuleNode, TenureNode, WindowNode } from './rule';
import { negate, type Timeline } from './timeline';
import { AttributeWays } from './ways-attributes';
import type { Deeds } from './ways-atoms';
import { HoursWays } from './ways-hours';

const DAY_MS = 86_400_000;

/** The ways to meet the conditions of rules, for one person. */
export class RuleWays {
  private readonly timelines = new Map<RuleNode, Timeline>();
  private readonly ofTypes = new Map<string, Timeline>();
  private readonly attributes: AttributeWays;
  private readonly hours: HoursWays;
  private readonly referring = new Set<string>();

  constructor(
    private readonly deeds: Deeds,
    readonly facts: PersonFacts,
    rules: readonly RuleNode[],
  ) {
    this.attributes = new AttributeWays(deeds, facts, rules);
    this.hours = new HoursWays(deeds, facts);
  }

  /** The timeline of a condition as things are. */
  timeline(node: RuleNode): Timeline {
    let timeline = this.timelines.get(node);
    if (timeline === undefined) this.timelines.set(node, (timeline = evaluate(node, this.facts)));
    return timeline;
  }

  private isSo(node: RuleNode, isNegated: boolean, from: Instant, to: Instant): boolean {
    const timeline = this.timeline(node);
    return isMetThrough(isNegated ? negate(timeline) : timeline, from, to);
  }

  /** What makes a rule met at an instant. */
  of(rule: RuleNode, at: Instant): number {
    this.hours.begin();
    const formula = this.ways(rule, false, at, at);
    // made anew now that all is known that can be done: hours of a step may count for a condition that was met with before it
    return this.hours.isAsked ? this.ways(rule, false, at, at) : formula;
  }

  /** What makes a condition met (or, negated, not) from an instant through another. */
  private ways(node: RuleNode, isNegated: boolean, from: Instant, to: Instant): number {
    const { formulas } = this.deeds;
    switch (node.op) {
      case 'all':
      case 'any':
      case 'atLeast': {
        const n = node.op === 'atLeast' ? node.n : node.op === 'any' ? 1 : node.of.length;
        const below = node.of.map((child) => this.ways(child, isNegated, from, to));
        const needed = isNegated ? node.of.length - n + 1 : n;
        return needed === below.length
          ? formulas.all(below)
          : needed === 1
            ? formulas.any(below)
            : formulas.atLeast(needed, below);
      }
      case 'not':
        return this.ways(node.of, !isNegated, from, to);
      case 'disclosed':
        return this.deeds.disclosedTo(node.to, () => this.ways(node.of, isNegated, from, to));
      case 'heldFor':
      case 'within':
      case 'accumulated':
      case 'service':
        return this.isSo(node, isNegated, from, to) ? Formulas.always : this.windowWays(node, isNegated, from, to);
      default:
        return this.leafWays(node, isNegated, from, to);
    }
  }

  private windowWays(node: WindowNode, isNegated: boolean, from: Instant, to: Instant): number {
    const { at, zone } = this.deeds.situation;
    switch (node.op) {
      case 'heldFor':
        return this.ways(node.of, isNegated, isNegated ? from : latestWindowStart(from, node.duration, zone), to);
      case 'within':
        return this.ways(node.of, isNegated, isNegated ? latestWindowStart(from, node.duration, zone) : from, to);
      default: {
        if (isNegated) return Formulas.never;
        const reach = node.op === 'service' ? node.within.days * DAY_MS : Infinity;
        const missing = node.duration.days * DAY_MS - metBetween(this.timeline(node.of), from - reach, at);
        return this.ways(node.of, false, from - Math.max(0, missing), to);
      }
    }
  }

  private leafWays(node: LeafNode, isNegated: boolean, from: Instant, to: Instant): number {
    const isSo = this.isSo(node, isNegated, from, to);
    switch (node.op) {
      case 'holds':
        return this.holdsWays(node, isNegated, isSo, from, to);
      case 'attribute':
        return this.attributes.ways(node, isNegated, isSo, from);
      case 'tenure':
        return this.tenureWays(node, isNegated, isSo, from, to);
      case 'approval':
        return this.approvalWays(node, isNegated, isSo, from, to);
      case 'rule':
        return isSo ? Formulas.always : this.roleWays(node, isNegated, from, to);
      case 'credits':
        return isSo ? Formulas.always : isNegated ? Formulas.never : this.hours.ways(node, from, to);
      case 'noOpen':
        return isSo ? Formulas.always : isNegated ? Formulas.never : this.noOpenWays(node, from, to);
      case 'during':
        return isSo ? Formulas.always : Formulas.never;
    }
  }

  private holdsWays(node: HoldsNode, isNegated: boolean, isSo: boolean, from: Instant, to: Instant): number {
    const { formulas, situation } = this.deeds;
    const codes = situation.equivalents(node.typeCode);
    const timelineOf = (code: string, asked: HoldsNode): Timeline => this.typeTimeline({ ...asked, typeCode: code });
    const variable = (code: string): string => `holding ${code}`;
    if (isNegated) {
      return formulas.all(
        codes.map((code) =>
          isMetThrough(negate(timelineOf(code, node)), from, to)
            ? this.deeds.kept(variable(code), 'no')
            : this.deeds.now(
                { kind: 'REMOVAL', of: 'CREDENTIAL', code, value: null, isElement: false },
                from,
                variable(code),
                'no',
              ),
        ),
      );
    }
    const { verifiedWithin: _span, ...unverified } = node;
    const options = codes.flatMap((code) => {
      const kept = this.deeds.kept(variable(code), 'yes');
      const held = isMetThrough(timelineOf(code, unverified), from, to) ? [kept] : [];
      if (isMetThrough(timelineOf(code, node), from, to)) return held;
      const obtained = this.deeds.obtain(code, from);
      if (node.verifiedWithin === undefined) return [obtained];
      const verified = this.deeds.at({ kind: 'VERIFICATION', code }, from);
      return [...held, obtained].map((one) => formulas.all([one, verified]));
    });
    // several types in turn may do what none of them does alone
    return isSo && !codes.some((code) => isMetThrough(timelineOf(code, node), from, to))
      ? Formulas.always
      : formulas.any(options);
  }

  /** The timeline of holding a type itself, whatever else counts as it. */
  private typeTimeline(node: HoldsNode): Timeline {
    const key = JSON.stringify(node);
    let timeline = this.ofTypes.get(key);
    if (timeline === undefined) {
      const { equivalents: _, ...alone } = this.facts;
      this.ofTypes.set(key, (timeline = leafTimeline(node, alone)));
    }
    return timeline;
  }

  private tenureWays(node: TenureNode, isNegated: boolean, isSo: boolean, from: Instant, to: Instant): number {
    const attribute = { op: 'attribute', name: node.name, equals: node.equals } as const;
    const since = isNegated || isSo ? from : latestWindowStart(from, node.duration, this.deeds.situation.zone);
    const hasBeen = this.isSo(attribute, isNegated, since, to);
    return this.attributes.ways(attribute, isNegated, isSo || hasBeen, since);
  }

  private approvalWays(node: ApprovalNode, isNegated: boolean, isSo: boolean, from: Instant, to: Instant): number {
    const variable = `approval ${node.kind}`;
    if (isSo) return this.deeds.kept(variable, isNegated ? 'no' : 'yes');
    if (isNegated) {
      return this.deeds.now(
        { kind: 'REMOVAL', of: 'APPROVAL', code: node.kind, value: null, isElement: false },
        from,
        variable,
        'no',
      );
    }
    const step = { kind: 'APPROVAL', code: node.kind } as const;
    return wouldMeet(node, this.facts, [{ step, at: from }], [from, to]) ? this.deeds.at(step, from, variable) : Formulas.never;
  }

  private noOpenWays(node: NoOpenNode, from: Instant, to: Instant): number {
    const { formulas, offers } = this.deeds;
    const { resolver, trigger } = node;
    const step = { kind: 'RESOLUTION', code: resolver, trigger } as const;
    if (!wouldMeet(node, this.facts, [{ step, at: from }], [from, to])) return Formulas.never;
    const [isCourse, isType] = [offers.isCourse(resolver), offers.isType(resolver)];
    if (!isCourse && !isType) return this.deeds.at(step, from);
    return formulas.any([
      isCourse ? this.deeds.passBy(resolver, from) : Formulas.never,
      isType ? this.deeds.obtain(resolver, from) : Formulas.never,
    ]);
  }

  private roleWays(node: RoleRuleNode, isNegated: boolean, from: Instant, to: Instant): number {
    const key = JSON.stringify([node.roleCode, node.version ?? null]);
    const versions = this.deeds.offers.rules(node.roleCode, node.version ?? null);
    const version = versions.find((one) => one.from <= from && to < one.until);
    if (version === undefined || this.referring.has(key)) return Formulas.never;
    this.referring.add(key);
    const formula = this.ways(version.node, isNegated, from, to);
    this.referring.delete(key);
    return formula;
  }
}
