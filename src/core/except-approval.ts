// "Eligible except approval": whether approvals are all that keeps somebody from being eligible.
import type { Instant } from './calendar';
import { evaluate, type RuleVersion } from './evaluate';
import type { ApprovalFact, PersonFacts } from './facts';
import { Level, levelAt } from './timeline';

/**
 * Whether the rule in effect at an instant is not met then, and would be if every approval were granted at that instant. `refer` makes the
 * rules of other roles be judged by the facts it is given.
 */
export function isEligibleExceptApproval(
  versions: readonly RuleVersion[],
  facts: PersonFacts,
  at: Instant,
  refer: (facts: PersonFacts) => PersonFacts,
): boolean {
  const node = versions.find(({ from, until }) => from <= at && at < until)?.node;
  if (!node || levelAt(evaluate(node, facts), at) === Level.MET) return false;
  const granted = refer({ ...facts, approvals: new GrantedAt(facts.approvals, at) });
  return levelAt(evaluate(node, granted), at) === Level.MET;
}

/** The acts on record, and a grant of every kind at an instant, which nothing takes back at that very instant. */
class GrantedAt extends Map<string, readonly ApprovalFact[]> {
  constructor(
    private readonly acts: PersonFacts['approvals'],
    private readonly at: Instant,
  ) {
    super();
  }

  override get(kind: string): readonly ApprovalFact[] {
    const stay = (this.acts?.get(kind) ?? []).filter(({ act, at }) => !(act === 'WITHDRAWN' && at === this.at));
    return [...stay, { act: 'GRANTED', at: this.at, factId: 'granted' }];
  }
}
