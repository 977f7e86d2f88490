// Made up for the demo; plausible, not authoritative.
import { all, any, atLeast, is, not, reaches, rule, strictly, type RulePlan } from './rule-language';

const PRODUCTS = ['PRODUCT-CARDIO', 'PRODUCT-ONCO', 'PRODUCT-DIAG'] as const;
const CONTRACTOR = is('employmentType', 'CONTRACTOR');

const sales: readonly RulePlan[] = [
  rule('11-2022.00', 'P30D', 'PROMO-CODE', atLeast(2, ...PRODUCTS), reaches('jobLevel', 3)),
  rule('41-1012.00', 'P30D', 'PROMO-CODE', atLeast(2, ...PRODUCTS)),
  rule('41-4011.00', 'P30D', 'PROMO-CODE', any(...PRODUCTS)),
  rule('41-4012.00', 'P30D', 'PROMO-CODE', any(...PRODUCTS)),
  rule('41-9031.00', 'P30D', 'PROMO-CODE', 'PRODUCT-DIAG'),
];

const people: readonly RulePlan[] = [
  rule('11-3121.00', 'P90D', 'SHRM-CP', 'INFO-SECURITY', reaches('jobLevel', 3)),
  rule('11-3131.00', 'P60D', any('SHRM-CP', all('LEADERSHIP-1', 'MENTOR'))),
  rule('13-1071.00', 'P30D', 'INFO-SECURITY', 'CONFLICT-OF-INTEREST'),
  rule('13-1141.00', 'P60D', any('SHRM-CP', 'CPA'), 'INFO-SECURITY'),
  rule('13-1151.00', 'P30D', 'INFO-SECURITY', any('LEADERSHIP-1', 'MENTOR')),
];

const corporate: readonly RulePlan[] = [
  rule('11-1021.00', 'P60D', 'CONFLICT-OF-INTEREST', reaches('jobLevel', 4)),
  rule('11-3021.00', 'P60D', any('CISSP', 'PMP'), reaches('jobLevel', 3)),
  rule('11-3031.00', 'P60D', 'CPA', 'CONFLICT-OF-INTEREST'),
  rule('13-1082.00', 'P90D', 'PMP'),
  rule('13-2011.00', 'P60D', strictly('CPA'), 'CONFLICT-OF-INTEREST', not(CONTRACTOR)),
  rule('15-1212.00', 'P90D', any('CISSP', 'CYSA-PLUS'), 'INFO-SECURITY'),
  rule('15-1241.00', 'P60D', 'SEC-PLUS', 'INFO-SECURITY'),
  rule('15-1244.00', 'P60D', 'SEC-PLUS', 'INFO-SECURITY'),
  rule('15-1299.04', 'P60D', 'CYSA-PLUS', not(CONTRACTOR)),
];

/** Which role of sales, human resources, finance and IT asks for what. */
export const officeRules: readonly RulePlan[] = [...sales, ...people, ...corporate];
