// Made up for the demo; plausible, not authoritative. The courses, and which completions earn which credential.

/** CourseInput of the API. */
export interface CoursePlan {
  readonly code: string;
  readonly title: string;
  readonly creditHours: number;
  /** Least score that passes; absent: the course is not scored. */
  readonly passMark?: number;
  readonly retakePolicy: 'LATEST' | 'HIGHEST_SCORE' | 'FIRST_PASS';
}

/** AwardConditionInput of the API. */
export type AwardCondition =
  | { readonly passed: { readonly courseCode: string; readonly minScore?: number } }
  | { readonly all: readonly AwardCondition[] }
  | { readonly any: readonly AwardCondition[] }
  | { readonly creditHours: { readonly courseCodes: readonly string[]; readonly min: number; readonly within: string } };

/** How one credential type is earned. */
export interface AwardPlan {
  readonly typeCode: string;
  readonly courses: readonly CoursePlan[];
  readonly when: AwardCondition;
}

function course(
  code: string,
  title: string,
  creditHours: number,
  passMark?: number,
  retakePolicy: CoursePlan['retakePolicy'] = 'LATEST',
): CoursePlan {
  return { code, title, creditHours, retakePolicy, ...(passMark !== undefined && { passMark }) };
}

const passed = (courseCode: string, minScore?: number): AwardCondition => ({
  passed: { courseCode, ...(minScore !== undefined && { minScore }) },
});

/** Any one of the courses earns the credential. */
function anyOf(typeCode: string, ...courses: readonly CoursePlan[]): AwardPlan {
  const conditions = courses.map(({ code }) => passed(code));
  return { typeCode, courses, when: conditions.length === 1 ? conditions[0]! : { any: conditions } };
}

/** The courses are all needed, in any order. */
function allOf(typeCode: string, ...courses: readonly CoursePlan[]): AwardPlan {
  return { typeCode, courses, when: { all: courses.map(({ code }) => passed(code)) } };
}

/** The first course earns the credential; later, enough credit hours of the others renew it. */
function examOrCredits(
  typeCode: string,
  exam: CoursePlan,
  min: number,
  within: string,
  ...credits: readonly CoursePlan[]
): AwardPlan {
  const courseCodes = credits.map(({ code }) => code);
  return {
    typeCode,
    courses: [exam, ...credits],
    when: { any: [passed(exam.code), { creditHours: { courseCodes, min, within } }] },
  };
}

const clinical: readonly AwardPlan[] = [
  anyOf('CPR', course('CPR-AED', 'Adult CPR and AED', 4, 80)),
  anyOf('BLS', course('BLS-PROVIDER', 'BLS provider course', 4.5, 84), course('BLS-RENEWAL', 'BLS renewal', 3, 84)),
  allOf('ACLS', course('ACLS-THEORY', 'ACLS written exam', 6, 84), course('ACLS-SKILLS', 'ACLS skills station', 6)),
  anyOf('PALS', course('PALS-PROVIDER', 'PALS provider course', 12, 84)),
  examOrCredits(
    'CCRN',
    course('CCRN-EXAM', 'CCRN examination', 0, 70, 'HIGHEST_SCORE'),
    30,
    'P3Y',
    course('CC-HEMODYNAMICS', 'Haemodynamic monitoring', 15),
    course('CC-SEPSIS', 'Sepsis and shock', 15),
  ),
  anyOf(
    'CPHT',
    course('PTCE', 'Pharmacy technician examination', 0, 70, 'FIRST_PASS'),
    course('CPHT-CE', 'Pharmacy law update', 20),
  ),
  anyOf('CMA', course('CMA-EXAM', 'Medical assistant examination', 0, 66, 'HIGHEST_SCORE')),
  anyOf('CPT-NHA', course('PHLEB-EXAM', 'Phlebotomy examination', 0, 70), course('PHLEB-CE', 'Phlebotomy update', 10)),
  anyOf('CNA', course('CNA-COMPETENCY', 'Nurse aide competency evaluation', 12, 75)),
  anyOf('BBP', course('BBP-ANNUAL', 'Bloodborne pathogens', 1, 80)),
  anyOf(
    'HIPAA',
    course('HIPAA-101', 'Patient privacy basics', 1, 80),
    course('HIPAA-REFRESH', 'Patient privacy refresher', 0.5, 80),
  ),
];

const laboratoryAndPlant: readonly AwardPlan[] = [
  anyOf('GCP', course('GCP-E6', 'Good clinical practice', 4, 80)),
  anyOf('GMP', course('GMP-ANNUAL', 'GMP annual training', 2, 80)),
  anyOf('MLT', course('MLT-CE', 'Laboratory technician competency programme', 36)),
  anyOf('MLS', course('MLS-CE', 'Laboratory scientist competency programme', 36)),
  anyOf('BIOSAFETY-2', course('BSL2', 'Working at biosafety level 2', 2, 80)),
  anyOf('CHEM-HYGIENE', course('CHEM-HYG', 'Laboratory chemical hygiene', 1.5, 80)),
  anyOf('RAD-SAFETY', course('RAD-ANNUAL', 'Radiation safety', 2, 80)),
  anyOf('ANIMAL-CARE', course('IACUC', 'Animal care and use', 3, 80)),
  allOf('CLEANROOM', course('GOWN-THEORY', 'Gowning theory', 1, 80), course('GOWN-PRACTICE', 'Gowning plates', 1)),
  anyOf(
    'CQA',
    course('CQA-EXAM', 'Quality auditor examination', 0, 73, 'HIGHEST_SCORE'),
    course('CQA-RECERT', 'Auditor recertification journal', 18),
  ),
  anyOf('CCT', course('CCT-EXAM', 'Calibration technician examination', 0, 73, 'HIGHEST_SCORE')),
  anyOf('SIX-SIGMA-GB', course('SSGB', 'Green Belt project', 40, 70)),
  anyOf('NFPA-70E', course('NFPA-70E-QUAL', 'Electrical safety for qualified persons', 8, 80)),
  anyOf('AWS-D1.1', course('AWS-BEND', 'Weld test and continuity log', 4)),
  anyOf('EPA-608', course('EPA-608-UNI', 'Refrigerant handling, universal', 8, 70, 'FIRST_PASS')),
];

const safetyAndTransport: readonly AwardPlan[] = [
  anyOf('FIRST-AID', course('FIRST-AID-16', 'First aid, 16 hours', 16, 80), course('FIRST-AID-8', 'First aid refresher', 8, 80)),
  anyOf('FIRE-WARDEN', course('FIRE-WARDEN-1', 'Fire warden', 3)),
  anyOf('LOTO', course('LOTO-AUTH', 'Lockout/tagout for authorised employees', 2, 90)),
  anyOf('CONFINED-SPACE', course('CSE-ENTRANT', 'Confined space: entrant, attendant, supervisor', 8, 80)),
  allOf('FORKLIFT', course('FLT-THEORY', 'Forklift theory', 4, 80), course('FLT-DRIVE', 'Forklift driving evaluation', 4)),
  anyOf('HAZWOPER-24', course('HAZ-24', 'HAZWOPER 24 hours', 24, 70)),
  anyOf('HAZWOPER-40', course('HAZ-40', 'HAZWOPER 40 hours', 40, 70), course('HAZ-8R', 'HAZWOPER 8-hour refresher', 8, 70)),
  anyOf('CPC-EU', course('CPC-35', 'Driver CPC periodic training, 35 hours', 35)),
  anyOf('HAZMAT', course('HAZMAT-49', 'Hazardous materials, 49 CFR 172', 6, 80)),
  anyOf(
    'IATA-DG',
    course('DGR-INITIAL', 'Dangerous goods by air', 24, 80),
    course('DGR-RECURRENT', 'Dangerous goods recurrent', 8, 80),
  ),
  anyOf('FAA-FLIGHT-REVIEW', course('FLIGHT-REVIEW', 'Flight review with an instructor', 2)),
  anyOf('EASA-TYPE', course('OPC-SIM', 'Proficiency check in the simulator', 4)),
];

const officeAndSales: readonly AwardPlan[] = [
  examOrCredits(
    'PMP',
    course('PMP-EXAM', 'PMP examination', 0, 61, 'FIRST_PASS'),
    60,
    'P3Y',
    course('PDU-LEADERSHIP', 'Leading projects', 30),
    course('PDU-AGILE', 'Agile practice', 30),
  ),
  anyOf('CISSP', course('CISSP-EXAM', 'CISSP examination', 0, 70, 'FIRST_PASS'), course('CISSP-CPE', 'CPE audit', 40)),
  anyOf('SEC-PLUS', course('SY0', 'Security+ examination', 0, 83, 'HIGHEST_SCORE')),
  anyOf('CYSA-PLUS', course('CS0', 'CySA+ examination', 0, 83, 'HIGHEST_SCORE')),
  examOrCredits(
    'SHRM-CP',
    course('SHRM-EXAM', 'SHRM examination', 0, 66, 'FIRST_PASS'),
    60,
    'P3Y',
    course('PDC-LAW', 'Employment law update', 30),
    course('PDC-ANALYTICS', 'People analytics', 30),
  ),
  anyOf('PRODUCT-CARDIO', course('CARDIO-LINE', 'Cardiology product line', 6, 85, 'HIGHEST_SCORE')),
  anyOf('PRODUCT-ONCO', course('ONCO-LINE', 'Oncology product line', 6, 85, 'HIGHEST_SCORE')),
  anyOf('PRODUCT-DIAG', course('DIAG-LINE', 'Diagnostics product line', 6, 85, 'HIGHEST_SCORE')),
];

const everyone: readonly AwardPlan[] = [
  anyOf('INFO-SECURITY', course('INFOSEC', 'Information security awareness', 1, 80)),
  anyOf('PROMO-CODE', course('PROMO', 'Fair promotion of medical products', 1, 90)),
  allOf('LEADERSHIP-1', course('LEAD-101', 'Leadership 101', 8), course('LEAD-102', 'Coaching conversations', 8)),
  anyOf('MENTOR', course('MENTOR-1', 'Mentoring', 4)),
];

/** How the types that are earned by learning are earned; the others are issued by hand. */
export const awards: readonly AwardPlan[] = [
  ...clinical,
  ...laboratoryAndPlant,
  ...safetyAndTransport,
  ...officeAndSales,
  ...everyone,
];

/** Every course, once. */
export const courses: readonly CoursePlan[] = awards.flatMap((award) => award.courses);
