// Made up for the demo; plausible, not authoritative.
import { all, any, atLeast, before, is, not, reaches, rule, strictly, type RulePlan } from './rule-language';

const WET_LAB = all('CHEM-HYGIENE', 'BIOSAFETY-2');
const LINE = all('GMP', 'CLEANROOM');
const ROAD = all('CDL-A', 'DOT-MEDICAL', not('DRIVING-STAND-DOWN'));

const laboratories: readonly RulePlan[] = [
  rule('19-1042.00', 'P30D', 'GCP', any(WET_LAB, 'BBP')),
  rule('19-1021.00', 'P30D', WET_LAB, reaches('educationLevel', 3)),
  rule('19-1022.00', 'P30D', strictly('BIOSAFETY-2'), 'BBP'),
  rule('19-1029.02', 'P30D', WET_LAB),
  rule('19-2031.00', 'P30D', 'CHEM-HYGIENE', any('HAZMAT', 'HAZWOPER-24', before('2027-01-01T00:00:00Z'))),
  rule('19-2032.00', 'P30D', 'CHEM-HYGIENE', 'RAD-SAFETY'),
  rule('19-4021.00', 'P30D', WET_LAB, 'BBP'),
  rule('19-4031.00', 'P30D', 'CHEM-HYGIENE', 'HAZMAT'),
  rule('19-4042.00', 'P30D', 'HAZWOPER-24', 'CHEM-HYGIENE'),
  rule('19-4099.01', 'P30D', 'GMP', 'CHEM-HYGIENE'),
  rule('29-2011.00', 'P60D', 'MLS', 'BBP', 'BIOSAFETY-2'),
  rule('29-2012.00', 'P60D', 'MLT', 'BBP'),
  rule('29-2012.01', 'P60D', any('MLT', 'BIOSAFETY-2'), 'CHEM-HYGIENE'),
  rule('17-3028.00', 'P90D', 'CCT', 'GMP'),
  rule('31-9096.00', 'P30D', 'ANIMAL-CARE', 'BIOSAFETY-2'),
];

const production: readonly RulePlan[] = [
  rule('11-3051.00', 'P60D', 'GMP', 'FIRST-AID', reaches('jobLevel', 3)),
  rule('11-3051.01', 'P90D', 'CQA', 'GMP'),
  rule('51-1011.00', 'P30D', LINE, any('FIRST-AID', 'FIRE-WARDEN')),
  rule('17-2112.02', 'P60D', 'GMP', any('CQA', 'SIX-SIGMA-GB')),
  rule('17-2112.03', 'P30D', 'GMP', 'LOTO'),
  rule('17-2041.00', 'P30D', 'GMP', 'CHEM-HYGIENE'),
  rule('51-8091.00', 'P30D', 'GMP', 'LOTO', 'HAZWOPER-24'),
  rule('51-9011.00', 'P30D', 'GMP', 'CHEM-HYGIENE', 'CONTROLLED-AREA'),
  rule('51-9023.00', 'P30D', LINE, 'CONTROLLED-AREA'),
  rule('51-9111.00', 'P30D', LINE),
  rule('51-9061.00', 'P30D', 'GMP', any('CLEANROOM', 'CONTROLLED-AREA')),
];

const maintenance: readonly RulePlan[] = [
  rule('11-3013.00', 'P60D', atLeast(2, 'FIRE-WARDEN', 'FIRST-AID', 'LOTO'), reaches('jobLevel', 2)),
  rule('49-1011.00', 'P30D', 'LOTO', 'NFPA-70E', 'FIRST-AID'),
  rule('49-9041.00', 'P30D', 'LOTO', any('NFPA-70E', 'HOT-WORK')),
  rule('49-9021.00', 'P30D', 'EPA-608', 'LOTO'),
  rule('47-2111.00', 'P60D', strictly('ELECTRICIAN-JW'), 'NFPA-70E', 'LOTO'),
  rule('47-2152.00', 'P30D', 'HOT-WORK', any('CONFINED-ENTRY', 'CONFINED-SPACE')),
  rule('51-4121.00', 'P30D', strictly('AWS-D1.1'), 'HOT-WORK'),
];

const logistics: readonly RulePlan[] = [
  rule('11-3071.00', 'P60D', 'HAZMAT', reaches('jobLevel', 3)),
  rule('53-1042.00', 'P30D', 'FORKLIFT', 'FIRST-AID'),
  rule('53-1043.00', 'P30D', any('CDL-A', 'CPC-EU'), 'FIRST-AID'),
  rule(
    '53-3032.00',
    'P60D',
    any(all(ROAD, is('location', 'Boston', 'San Diego', 'Toronto')), all('CPC-EU', not('DRIVING-STAND-DOWN'))),
    'HAZMAT',
  ),
  rule('53-3033.00', 'P30D', not('DRIVING-STAND-DOWN'), 'HAZMAT'),
  rule('53-7021.00', 'P90D', strictly('NCCCO')),
  rule('53-7051.00', 'P30D', strictly('FORKLIFT'), not('DRIVING-STAND-DOWN')),
  rule('43-5071.00', 'P30D', any('IATA-DG', 'HAZMAT')),
];

const aviationAndSafety: readonly RulePlan[] = [
  rule('53-2011.00', 'P90D', 'FAA-ATP', strictly('FAA-MEDICAL'), 'EASA-TYPE'),
  rule('53-2012.00', 'P60D', 'FAA-CPL', strictly('FAA-MEDICAL'), any('FAA-FLIGHT-REVIEW', 'EASA-TYPE')),
  rule('49-3011.00', 'P30D', 'FAA-AP', 'HAZMAT'),
  rule('11-9161.00', 'P60D', 'HAZWOPER-40', 'FIRST-AID', 'CPR'),
  rule('17-2111.00', 'P90D', 'CSP'),
  rule('19-5011.00', 'P60D', any('CSP', all('HAZWOPER-40', 'FIRST-AID'))),
  rule('19-5012.00', 'P30D', 'HAZWOPER-24', 'FIRST-AID'),
  rule('33-9032.00', 'P30D', strictly('GUARD-CARD'), 'CPR', 'FIRE-WARDEN'),
  rule('47-4041.00', 'P30D', 'HAZWOPER-40', 'CONFINED-SPACE', 'BBP'),
];

/** Which role of the laboratories, the plant, the fleet and the safety service asks for what. */
export const plantRules: readonly RulePlan[] = [
  ...laboratories,
  ...production,
  ...maintenance,
  ...logistics,
  ...aviationAndSafety,
];
