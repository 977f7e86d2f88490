// Made up for the demo; plausible, not authoritative. Renewal policies follow what the issuers publish, simplified.

/** RenewalPolicyInput of the API. */
export interface RenewalPlan {
  readonly life?: string;
  readonly calendarMonths?: number;
  readonly anchor?: 'COMPLETION' | 'EXPIRY' | 'FIXED';
  readonly early?: string;
  readonly grace?: string;
  readonly graceCounts?: boolean;
  readonly backdate?: boolean;
  readonly reinstateWithin?: string;
  readonly fixed?: { readonly month: number; readonly day: number; readonly minActive?: string };
  readonly noticeBefore?: readonly string[];
  readonly lastDay?: 'ON_ANNIVERSARY' | 'BEFORE_ANNIVERSARY';
  readonly timeZone?: string;
}

/** CredentialTypeInput of the API. */
export interface CredentialTypePlan {
  readonly code: string;
  readonly name: string;
  readonly kind: 'CERTIFICATION' | 'LICENSE' | 'BADGE' | 'ATTESTATION';
  readonly issuer: string;
  readonly operational?: boolean;
  readonly payImpact?: boolean;
  readonly renewal?: RenewalPlan;
  readonly equivalentTo?: readonly string[];
  readonly prerequisites?: readonly string[];
}

type Extras = Omit<CredentialTypePlan, 'code' | 'name' | 'kind' | 'issuer' | 'renewal'>;
type Definer = (code: string, name: string, issuer: string, renewal?: RenewalPlan, extras?: Extras) => CredentialTypePlan;

const ofKind =
  (kind: CredentialTypePlan['kind']): Definer =>
  (code, name, issuer, renewal, extras) => ({ code, name, kind, issuer, ...(renewal && { renewal }), ...extras });
const certification = ofKind('CERTIFICATION');
const license = ofKind('LICENSE');
const badge = ofKind('BADGE');
const attestation = ofKind('ATTESTATION');

const LADDER = ['P90D', 'P60D', 'P30D', 'P7D'] as const;
const SHORT_LADDER = ['P30D', 'P7D'] as const;
const US = 'Meridian Life Sciences';
const PAID: Extras = { payImpact: true };
const DEVELOPMENTAL: Extras = { operational: false };

/** Counted from the day of the award. */
const lasts = (life: string, more: RenewalPlan = {}): RenewalPlan => ({ life, noticeBefore: LADDER, ...more });
/** Valid to the end of the n-th month after the month of the award. */
const months = (calendarMonths: number, more: RenewalPlan = {}): RenewalPlan => ({
  calendarMonths,
  noticeBefore: LADDER,
  ...more,
});
/** A cycle that keeps its dates when it is renewed early enough. */
const cycle = (life: string, early: string, more: RenewalPlan = {}): RenewalPlan => ({
  life,
  anchor: 'EXPIRY',
  early,
  noticeBefore: LADDER,
  ...more,
});
/** Everybody's ends on the same day of the year. */
const until = (month: number, day: number, minActive: string, more: RenewalPlan = {}): RenewalPlan => ({
  anchor: 'FIXED',
  fixed: { month, day, minActive },
  noticeBefore: LADDER,
  ...more,
});

const GRACE_COUNTS: RenewalPlan = { grace: 'P30D', graceCounts: true };
const yearly = (more: RenewalPlan = {}): RenewalPlan => lasts('P1Y', { noticeBefore: SHORT_LADDER, ...more });

/** The type that marks a database as holding the sample organisation; its instances say how far the loading got. */
export const SAMPLE_MARK = 'SAMPLE-ORGANISATION';

const clinical: readonly CredentialTypePlan[] = [
  certification('CPR', 'CPR certification', 'American Red Cross', lasts('P2Y')),
  certification('BLS', 'BLS provider certification', 'American Heart Association', months(24), { equivalentTo: ['CPR'] }),
  certification('ACLS', 'ACLS provider certification', 'American Heart Association', months(24), PAID),
  certification('PALS', 'PALS provider certification', 'American Heart Association', months(24), PAID),
  license('RN-LICENSE', 'Registered nurse licence', 'State board of nursing', until(10, 31, 'P1Y'), PAID),
  license('LPN-LICENSE', 'Practical nurse licence', 'State board of nursing', until(5, 31, 'P1Y')),
  license('PHARM-LICENSE', 'Pharmacist licence', 'State board of pharmacy', until(12, 31, 'P1Y'), PAID),
  license('MD-LICENSE', 'Medical licence', 'State medical board', until(6, 30, 'P1Y'), PAID),
  certification('NP-CERT', 'Nurse practitioner certification', 'ANCC', cycle('P5Y', 'P1Y'), PAID),
  certification('CCRN', 'CCRN certification', 'AACN', cycle('P3Y', 'P90D'), PAID),
  certification('NREMT-EMT', 'EMT certification', 'NREMT', until(3, 31, 'P1Y')),
  certification('NREMT-P', 'Paramedic certification', 'NREMT', until(3, 31, 'P1Y'), { ...PAID, equivalentTo: ['NREMT-EMT'] }),
  certification('CPHT', 'Pharmacy technician certification', 'PTCB', cycle('P2Y', 'P60D', { reinstateWithin: 'P1Y' })),
  certification('ARRT-R', 'Radiography certification', 'ARRT', cycle('P1Y', 'P60D', { reinstateWithin: 'P6M' })),
  certification('CMA', 'Medical assistant certification', 'AAMA', months(60)),
  certification('CPT-NHA', 'Phlebotomy certification', 'NHA', lasts('P2Y', { reinstateWithin: 'P1Y' })),
  license('CNA', 'Nurse aide licence', 'State nurse aide registry', lasts('P2Y')),
  certification('BBP', 'Bloodborne pathogens certificate', US, lasts('P365D', { noticeBefore: SHORT_LADDER })),
  certification('HIPAA', 'Patient privacy certificate', US, yearly(GRACE_COUNTS)),
];

const laboratoryAndPlant: readonly CredentialTypePlan[] = [
  certification('GCP', 'Good clinical practice certificate', 'TransCelerate', lasts('P3Y')),
  certification('GMP', 'GMP certificate', US, until(12, 31, 'P6M', GRACE_COUNTS)),
  certification('MLS', 'Laboratory scientist certification', 'ASCP', cycle('P3Y', 'P3M'), { ...PAID, equivalentTo: ['MLT'] }),
  certification('MLT', 'Laboratory technician certification', 'ASCP', cycle('P3Y', 'P3M')),
  certification('BIOSAFETY-2', 'Biosafety level 2 certificate', US, yearly()),
  certification('CHEM-HYGIENE', 'Chemical hygiene certificate', US, yearly({ lastDay: 'ON_ANNIVERSARY' })),
  certification('RAD-SAFETY', 'Radiation safety certificate', US, months(12, { noticeBefore: SHORT_LADDER })),
  certification('ANIMAL-CARE', 'Animal care certificate', US, lasts('P3Y')),
  badge('CLEANROOM', 'Clean room badge', US, lasts('P6M', { noticeBefore: SHORT_LADDER })),
  certification('CQA', 'Quality auditor certification', 'ASQ', cycle('P3Y', 'P6M', { grace: 'P6M', backdate: true }), PAID),
  certification('CCT', 'Calibration technician certification', 'ASQ', cycle('P3Y', 'P6M', { grace: 'P6M', backdate: true })),
  badge('SIX-SIGMA-GB', 'Six Sigma Green Belt badge', US, undefined, DEVELOPMENTAL),
  license('ELECTRICIAN-JW', 'Journeyman electrician licence', 'State electrical board', until(10, 1, 'P1Y'), PAID),
  certification('NFPA-70E', 'Electrical safety certificate', 'NFPA', lasts('P3Y')),
  certification('AWS-D1.1', 'Welder certification', 'American Welding Society', lasts('P6M')),
  certification('EPA-608', 'Refrigerant handling certification', 'EPA', undefined, PAID),
];

const safetyAndTransport: readonly CredentialTypePlan[] = [
  certification('FIRST-AID', 'First aid certification', 'American Red Cross', lasts('P2Y', GRACE_COUNTS)),
  badge('FIRE-WARDEN', 'Fire warden badge', US, yearly()),
  certification('LOTO', 'Lockout/tagout certificate', US, yearly()),
  certification('CONFINED-SPACE', 'Confined space certificate', US, yearly()),
  certification('FORKLIFT', 'Forklift operator certificate', US, lasts('P3Y')),
  certification('NCCCO', 'Crane operator certification', 'NCCCO', cycle('P5Y', 'P1Y'), PAID),
  certification('HAZWOPER-24', 'HAZWOPER 24-hour certificate', US, lasts('P1Y', { grace: 'P90D', backdate: true })),
  certification('HAZWOPER-40', 'HAZWOPER 40-hour certificate', US, lasts('P1Y', { grace: 'P90D', backdate: true }), {
    equivalentTo: ['HAZWOPER-24'],
  }),
  certification('CSP', 'Safety professional certification', 'BCSP', cycle('P5Y', 'P1Y'), PAID),
  license('GUARD-CARD', 'Security guard licence', 'State licensing office', lasts('P2Y')),
  license('CDL-A', 'Commercial driving licence', 'State driver licensing', cycle('P4Y', 'P6M'), PAID),
  certification('DOT-MEDICAL', 'Driver medical certificate', 'FMCSA medical examiner', lasts('P2Y')),
  certification('CPC-EU', 'Driver CPC certificate', 'EU member state', cycle('P5Y', 'P1Y')),
  certification('HAZMAT', 'Hazardous materials certificate', US, lasts('P3Y')),
  certification('IATA-DG', 'Dangerous goods by air certificate', 'IATA', months(24, { anchor: 'EXPIRY', early: 'P3M' })),
  license('FAA-CPL', 'Commercial pilot certificate', 'FAA', undefined, PAID),
  license('FAA-ATP', 'Airline transport pilot certificate', 'FAA', undefined, { ...PAID, equivalentTo: ['FAA-CPL'] }),
  certification('FAA-FLIGHT-REVIEW', 'Flight review certificate', 'FAA', months(24)),
  certification('FAA-MEDICAL', 'First-class medical certificate', 'FAA medical examiner', months(12)),
  certification('EASA-TYPE', 'Type rating certificate', 'EASA', cycle('P1Y', 'P3M')),
  license('FAA-AP', 'Airframe and powerplant certificate', 'FAA', undefined, PAID),
];

const officeAndSales: readonly CredentialTypePlan[] = [
  certification(
    'PMP',
    'PMP certification',
    'Project Management Institute',
    cycle('P3Y', 'P1Y', { grace: 'P1Y', backdate: true, reinstateWithin: 'P1Y' }),
    PAID,
  ),
  certification('CISSP', 'CISSP certification', 'ISC2', cycle('P3Y', 'P6M', { grace: 'P90D', backdate: true }), PAID),
  certification('SEC-PLUS', 'Security+ certification', 'CompTIA', cycle('P3Y', 'P1Y')),
  certification('CYSA-PLUS', 'CySA+ certification', 'CompTIA', cycle('P3Y', 'P1Y'), { ...PAID, equivalentTo: ['SEC-PLUS'] }),
  license('CPA', 'CPA licence', 'State board of accountancy', until(12, 31, 'P1Y'), PAID),
  certification(
    'SHRM-CP',
    'SHRM certification',
    'SHRM',
    cycle('P3Y', 'P1Y', { grace: 'P60D', graceCounts: true, backdate: true }),
    PAID,
  ),
  certification('PRODUCT-CARDIO', 'Cardiology product certification', US, yearly(GRACE_COUNTS), PAID),
  certification('PRODUCT-ONCO', 'Oncology product certification', US, yearly(GRACE_COUNTS), PAID),
  certification('PRODUCT-DIAG', 'Diagnostics product certification', US, yearly(GRACE_COUNTS), PAID),
  attestation('PROMO-CODE', 'Fair promotion attestation', US, yearly()),
];

const everyone: readonly CredentialTypePlan[] = [
  attestation('CODE-OF-CONDUCT', 'Code of conduct attestation', US, yearly(GRACE_COUNTS)),
  attestation('CONFLICT-OF-INTEREST', 'Conflict of interest attestation', US, until(1, 31, 'P3M', GRACE_COUNTS)),
  certification('INFO-SECURITY', 'Information security certificate', US, yearly(GRACE_COUNTS)),
  badge('LEADERSHIP-1', 'Leadership foundations badge', US, undefined, DEVELOPMENTAL),
  badge('MENTOR', 'Mentor badge', US, lasts('P2Y'), { operational: false, prerequisites: ['LEADERSHIP-1'] }),
  // Permits of hours: they are issued with an explicit end.
  badge('HOT-WORK', 'Hot work badge', US, { life: 'P1D' }),
  badge('CONTROLLED-AREA', 'Controlled area badge', US, { life: 'P1D' }),
  badge('CONFINED-ENTRY', 'Confined space entry badge', US, { life: 'P1D' }),
  // A holding that bars: rules ask that a person does not hold it.
  attestation('DRIVING-STAND-DOWN', 'Driving stand-down attestation', US, { life: 'P1D' }),
  attestation(SAMPLE_MARK, 'Sample organisation attestation', US, undefined, DEVELOPMENTAL),
];

/** Every credential type of the sample organisation; a type comes after those it refers to, or in the same request. */
export const credentialTypes: readonly CredentialTypePlan[] = [
  ...clinical,
  ...laboratoryAndPlant,
  ...safetyAndTransport,
  ...officeAndSales,
  ...everyone,
];

/** Types whose holdings last hours and are issued with an explicit end. */
export const permitTypes = ['HOT-WORK', 'CONTROLLED-AREA', 'CONFINED-ENTRY', 'DRIVING-STAND-DOWN'] as const;
