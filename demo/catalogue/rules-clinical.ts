// Made up for the demo; plausible, not authoritative.
import { all, any, atLeast, before, is, not, reaches, rule, strictly, type RulePlan } from './rule-language';

const NURSE = all('RN-LICENSE', 'BLS', 'BBP', 'HIPAA');

/** Which role of the health service asks for what. */
export const clinicalRules: readonly RulePlan[] = [
  rule('29-1141.00', 'P60D', NURSE),
  rule('29-1141.01', 'P60D', NURSE, 'ACLS'),
  rule('29-1141.03', 'P60D', NURSE, 'ACLS', any('CCRN', all('PALS', before('2027-07-01T00:00:00Z')))),
  rule('29-1141.04', 'P60D', NURSE, reaches('educationLevel', 4), 'GCP'),
  rule('29-1171.00', 'P90D', strictly('RN-LICENSE'), 'NP-CERT', 'BLS', 'HIPAA'),
  rule('29-1229.05', 'P90D', strictly('MD-LICENSE'), any('ACLS', 'BLS'), 'HIPAA'),
  rule('29-1051.00', 'P90D', strictly('PHARM-LICENSE'), 'CPR', 'HIPAA'),
  rule('29-2034.00', 'P60D', 'ARRT-R', 'RAD-SAFETY', 'CPR'),
  rule('29-2042.00', 'P30D', 'NREMT-EMT', 'CPR', 'BBP', not('DRIVING-STAND-DOWN')),
  rule('29-2043.00', 'P30D', 'NREMT-P', 'ACLS', 'BLS', not('DRIVING-STAND-DOWN')),
  rule('29-2052.00', 'P60D', 'CPHT', 'HIPAA'),
  rule('29-2061.00', 'P60D', any('LPN-LICENSE', 'RN-LICENSE'), 'CPR', 'BBP'),
  rule('31-1131.00', 'P60D', any('CNA', 'LPN-LICENSE', 'RN-LICENSE'), 'CPR', 'BBP'),
  rule('31-9092.00', 'P60D', 'CMA', 'CPR', 'HIPAA'),
  rule('31-9097.00', 'P60D', any('CPT-NHA', 'CMA', 'MLT'), 'BBP', 'HIPAA'),
  rule('21-1094.00', 'P30D', atLeast(2, 'CPR', 'FIRST-AID', 'HIPAA')),
  rule('11-9111.00', 'P60D', any('RN-LICENSE', 'MD-LICENSE', 'PHARM-LICENSE'), 'HIPAA', is('employmentType', 'REGULAR')),
];
