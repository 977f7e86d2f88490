// Steps that lead to eligibility, and the facts they would add.
import type { Instant } from './calendar';
import type { ApprovalFact, AttributeSlice, CreditFact, Happening, HoldingSlice, PersonFacts } from './facts';
import { canonicalJson, type Json } from './rule';

/** Hours to earn from one course. */
export interface EarnedHours {
  readonly code: string;
  readonly hours: number;
}

/** Something to do, or to wait for. */
export type Step =
  | { readonly kind: 'CREDENTIAL'; readonly code: string; readonly isRenewal: boolean }
  | { readonly kind: 'COURSE'; readonly code: string; readonly hours: number }
  | {
      readonly kind: 'CREDITS';
      readonly hours: number;
      readonly from: readonly string[];
      readonly earned: readonly EarnedHours[];
    }
  | { readonly kind: 'APPROVAL'; readonly code: string }
  | { readonly kind: 'RESOLUTION'; readonly code: string; readonly trigger: string }
  | { readonly kind: 'ATTRIBUTE'; readonly code: string; readonly value: Json; readonly isElement: boolean }
  | { readonly kind: 'VERIFICATION'; readonly code: string }
  | {
      readonly kind: 'REMOVAL';
      readonly of: 'CREDENTIAL' | 'APPROVAL' | 'ATTRIBUTE';
      readonly code: string;
      /** Of an attribute: the element to be taken out of a list, or the whole value. */
      readonly value: Json;
      readonly isElement: boolean;
    }
  | { readonly kind: 'WAIT'; readonly until: Instant };

/** A step, and the instant at which it is done. */
export interface PlacedStep {
  readonly step: Step;
  readonly at: Instant;
}

const PLANNED = 'planned';

/**
 * The facts as they would be. What is obtained or set is kept from then on: a credential is renewed as it must be. `refer` makes the rules of
 * other roles be judged by these facts too.
 */
export function withSteps(
  facts: PersonFacts,
  steps: readonly PlacedStep[],
  refer: (facts: PersonFacts) => PersonFacts,
): PersonFacts {
  const holdings = new Map<string, readonly HoldingSlice[]>(facts.holdings);
  const attributes = new Map<string, readonly AttributeSlice[]>(facts.attributes);
  const credits = new Map<string, readonly CreditFact[]>(facts.credits);
  const happenings = new Map<string, readonly Happening[]>(facts.happenings);
  const approvals = new Map<string, readonly ApprovalFact[]>(facts.approvals);
  const happens = (name: string, at: Instant): void => add(happenings, name, { at, factId: PLANNED });
  const earns = (code: string, hours: number, at: Instant): void => {
    if (hours > 0) add(credits, code, { at, factId: PLANNED, hours, isPending: false });
  };
  // what is verified is there by then
  const inOrder = [...steps].sort((a, b) => Number(a.step.kind === 'VERIFICATION') - Number(b.step.kind === 'VERIFICATION'));
  for (const { step, at } of inOrder) {
    switch (step.kind) {
      case 'CREDENTIAL':
        add(holdings, step.code, { from: at, to: Infinity, level: 'MET', factId: PLANNED });
        happens(step.code, at);
        break;
      case 'COURSE':
        earns(step.code, step.hours, at);
        happens(step.code, at);
        break;
      case 'CREDITS':
        for (const { code, hours } of step.earned) earns(code, hours, at);
        break;
      case 'APPROVAL':
        add(approvals, step.code, { act: 'GRANTED', at, factId: PLANNED });
        break;
      case 'RESOLUTION':
        happens(step.code, at);
        break;
      case 'VERIFICATION': {
        const verified = { at, factId: PLANNED };
        const held = holdings.get(step.code) ?? [];
        holdings.set(
          step.code,
          held.map((slice) =>
            slice.from <= at && at < slice.to ? { ...slice, verifications: [...(slice.verifications ?? []), verified] } : slice,
          ),
        );
        break;
      }
      case 'ATTRIBUTE':
        attributes.set(
          step.code,
          valuesFrom(attributes.get(step.code), at, (value) => gained(value, step)),
        );
        break;
      case 'REMOVAL':
        if (step.of === 'CREDENTIAL') holdings.set(step.code, heldUntil(holdings.get(step.code), at));
        else if (step.of === 'APPROVAL') add(approvals, step.code, { act: 'WITHDRAWN', at, factId: PLANNED });
        else
          attributes.set(
            step.code,
            valuesFrom(attributes.get(step.code), at, (value) => lost(value, step)),
          );
        break;
      case 'WAIT':
    }
  }
  return refer({ ...facts, holdings, attributes, credits, happenings, approvals });
}

function add<T>(lists: Map<string, readonly T[]>, name: string, item: T): void {
  lists.set(name, [...(lists.get(name) ?? []), item]);
}

function heldUntil(slices: readonly HoldingSlice[] = [], at: Instant): HoldingSlice[] {
  return slices.filter(({ from }) => from < at).map((slice) => ({ ...slice, to: Math.min(slice.to, at) }));
}

/** What an attribute has from `at` on is changed; also where nothing was known. */
function valuesFrom(
  slices: readonly AttributeSlice[] = [],
  at: Instant,
  change: (value: Json | undefined) => Json,
): AttributeSlice[] {
  const before = slices.filter(({ from }) => from < at).map((slice) => ({ ...slice, to: Math.min(slice.to, at) }));
  const after: AttributeSlice[] = [];
  let end = at;
  const known = [...slices].filter(({ to }) => to > at).sort((a, b) => (a.from < b.from ? -1 : 1));
  for (const slice of [...known, null]) {
    const from = Math.max(slice?.from ?? Infinity, at);
    if (end < from) after.push({ from: end, to: from, value: change(undefined), factId: PLANNED });
    if (slice) after.push({ ...slice, from, value: change(slice.value) });
    end = slice?.to ?? Infinity;
  }
  return [...before, ...after];
}

function gained(value: Json | undefined, step: { readonly value: Json; readonly isElement: boolean }): Json {
  if (!step.isElement) return step.value;
  return Array.isArray(value) ? [...(value as Json[]), step.value] : [step.value];
}

function lost(value: Json | undefined, step: { readonly value: Json; readonly isElement: boolean }): Json {
  if (!step.isElement || !Array.isArray(value)) return null;
  return (value as Json[]).filter((one) => canonicalJson(one) !== canonicalJson(step.value));
}
