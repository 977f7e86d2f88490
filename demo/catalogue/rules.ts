import { clinicalRules } from './rules-clinical';
import { officeRules } from './rules-office';
import { plantRules } from './rules-plant';
import type { RulePlan } from './rule-language';

/** Every rule is in force from here on, long before the oldest fact, so that yesterday's answers exist too. */
export const RULES_SINCE = '2000-01-01T00:00:00.000Z';

/** What goes with every rule: none of them is anybody's real policy. */
export const RULES_NOTE = 'Made up for the demo; plausible, not authoritative.';

/** Every eligibility rule of the sample organisation, at most one per role. */
export const rules: readonly RulePlan[] = [...clinicalRules, ...plantRules, ...officeRules];
