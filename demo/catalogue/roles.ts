/** A role of the sample organisation: an O*NET occupation, whose plural title comes from data/occupations.csv. */
export interface RolePlan {
  /** O*NET-SOC code. */
  readonly code: string;
  /** What one person in it is called: our own words. */
  readonly jobTitle: string;
}

/** A job family, the department its people work in, and its roles. */
export interface FamilyPlan {
  readonly family: string;
  readonly department: string;
  readonly roles: readonly RolePlan[];
}

function family(name: string, department: string, roles: Readonly<Record<string, string>>): FamilyPlan {
  return {
    family: name,
    department,
    roles: Object.entries(roles).map(([code, jobTitle]) => ({ code, jobTitle })),
  };
}

/** Every role of the sample organisation. Which occupations it employs is made up; the occupations are O*NET's. */
export const families: readonly FamilyPlan[] = [
  family('Research', 'Research & Development', {
    '19-1042.00': 'Medical Scientist',
    '19-1021.00': 'Biochemist',
    '19-1022.00': 'Microbiologist',
    '19-1029.01': 'Bioinformatics Scientist',
    '19-1029.02': 'Cell Biologist',
    '19-1029.03': 'Geneticist',
    '19-1041.00': 'Epidemiologist',
    '19-2031.00': 'Chemist',
    '19-2032.00': 'Materials Scientist',
    '15-2041.01': 'Biostatistician',
    '15-2051.00': 'Data Scientist',
    '17-2031.00': 'Biomedical Engineer',
    '11-9121.00': 'Research Manager',
    '11-9121.01': 'Clinical Research Coordinator',
  }),
  family('Laboratory', 'Laboratories', {
    '19-4021.00': 'Biological Technician',
    '19-4031.00': 'Chemical Technician',
    '19-4042.00': 'Environmental Technician',
    '19-4099.01': 'Quality Control Analyst',
    '29-2011.00': 'Medical Laboratory Technologist',
    '29-2011.01': 'Cytogenetic Technologist',
    '29-2011.04': 'Histotechnologist',
    '29-2012.00': 'Medical Laboratory Technician',
    '29-2012.01': 'Histology Technician',
    '17-3028.00': 'Calibration Technician',
    '31-9096.00': 'Laboratory Animal Caretaker',
    '15-2051.02': 'Clinical Data Manager',
    '15-2099.01': 'Bioinformatics Technician',
  }),
  family('Health Services', 'Health Services', {
    '29-1141.00': 'Registered Nurse',
    '29-1141.01': 'Acute Care Nurse',
    '29-1141.03': 'Critical Care Nurse',
    '29-1141.04': 'Clinical Nurse Specialist',
    '29-1171.00': 'Nurse Practitioner',
    '29-1071.00': 'Physician Assistant',
    '29-1229.05': 'Occupational Physician',
    '29-1051.00': 'Pharmacist',
    '29-1126.00': 'Respiratory Therapist',
    '29-2034.00': 'Radiologic Technologist',
    '29-2042.00': 'Emergency Medical Technician',
    '29-2043.00': 'Paramedic',
    '29-2052.00': 'Pharmacy Technician',
    '29-2055.00': 'Surgical Technologist',
    '29-2061.00': 'Licensed Practical Nurse',
    '29-9021.00': 'Health Information Technologist',
    '31-1131.00': 'Nursing Assistant',
    '31-9092.00': 'Medical Assistant',
    '31-9093.00': 'Medical Equipment Preparer',
    '31-9097.00': 'Phlebotomist',
    '21-1094.00': 'Community Health Worker',
    '11-9111.00': 'Health Services Manager',
  }),
  family('Production', 'Manufacturing', {
    '11-3051.00': 'Production Manager',
    '11-3051.01': 'Quality Manager',
    '51-1011.00': 'Production Supervisor',
    '17-2112.00': 'Industrial Engineer',
    '17-2112.02': 'Validation Engineer',
    '17-2112.03': 'Manufacturing Engineer',
    '17-2041.00': 'Chemical Engineer',
    '51-8091.00': 'Chemical Plant Operator',
    '51-9011.00': 'Chemical Equipment Operator',
    '51-9023.00': 'Blending Operator',
    '51-9111.00': 'Filling Line Operator',
    '51-9061.00': 'Quality Inspector',
    '51-9161.00': 'CNC Operator',
    '51-2092.00': 'Device Assembler',
    '51-8021.00': 'Boiler Operator',
  }),
  family('Maintenance', 'Facilities & Maintenance', {
    '11-3013.00': 'Facilities Manager',
    '49-1011.00': 'Maintenance Supervisor',
    '49-9041.00': 'Machinery Mechanic',
    '49-9071.00': 'Maintenance Technician',
    '49-9021.00': 'HVAC Mechanic',
    '49-9062.00': 'Medical Equipment Repairer',
    '47-2111.00': 'Electrician',
    '47-2152.00': 'Pipefitter',
    '51-4121.00': 'Welder',
    '17-3024.00': 'Mechatronics Technician',
  }),
  family('Logistics', 'Logistics', {
    '11-3071.00': 'Distribution Manager',
    '11-3071.04': 'Supply Chain Manager',
    '13-1081.00': 'Logistician',
    '53-1042.00': 'Warehouse Supervisor',
    '53-1043.00': 'Transport Supervisor',
    '53-3032.00': 'Truck Driver',
    '53-3033.00': 'Delivery Driver',
    '53-7021.00': 'Crane Operator',
    '53-7051.00': 'Forklift Operator',
    '53-7062.00': 'Warehouse Worker',
    '53-7065.00': 'Order Filler',
    '43-5071.00': 'Shipping Clerk',
    '43-5032.00': 'Dispatcher',
  }),
  family('Aviation', 'Flight Operations', {
    '53-2011.00': 'Airline Transport Pilot',
    '53-2012.00': 'Commercial Pilot',
    '49-3011.00': 'Aircraft Mechanic',
    '49-2091.00': 'Avionics Technician',
  }),
  family('Safety', 'Safety & Security', {
    '11-3013.01': 'Security Manager',
    '11-9161.00': 'Emergency Manager',
    '17-2111.00': 'Safety Engineer',
    '19-5011.00': 'Safety Specialist',
    '19-5012.00': 'Safety Technician',
    '33-9032.00': 'Security Guard',
    '47-4041.00': 'Hazardous Materials Technician',
  }),
  family('Sales', 'Sales', {
    '11-2022.00': 'Sales Manager',
    '11-2021.00': 'Marketing Manager',
    '41-1012.00': 'Sales Team Lead',
    '41-4011.00': 'Technical Sales Representative',
    '41-4012.00': 'Sales Representative',
    '41-3091.00': 'Service Sales Representative',
    '41-9031.00': 'Sales Engineer',
    '41-9011.00': 'Product Demonstrator',
    '43-4051.00': 'Customer Service Representative',
    '13-1161.00': 'Market Analyst',
  }),
  family('Human Resources', 'Human Resources', {
    '11-3121.00': 'Human Resources Manager',
    '11-3111.00': 'Compensation Manager',
    '11-3131.00': 'Learning Manager',
    '13-1071.00': 'Human Resources Specialist',
    '13-1075.00': 'Labor Relations Specialist',
    '13-1141.00': 'Compensation Analyst',
    '13-1151.00': 'Learning Specialist',
    '43-4161.00': 'Human Resources Assistant',
  }),
  family('Corporate', 'Corporate Services', {
    '11-1011.00': 'Chief Executive',
    '11-1021.00': 'Operations Director',
    '11-3031.00': 'Finance Manager',
    '11-9199.01': 'Regulatory Affairs Manager',
    '11-9199.02': 'Compliance Manager',
    '13-1041.00': 'Compliance Officer',
    '13-1041.07': 'Regulatory Affairs Specialist',
    '13-1082.00': 'Project Manager',
    '13-2011.00': 'Accountant',
  }),
  family('Information Technology', 'Information Technology', {
    '11-3021.00': 'IT Manager',
    '15-1212.00': 'Information Security Analyst',
    '15-1232.00': 'User Support Specialist',
    '15-1241.00': 'Network Architect',
    '15-1244.00': 'Systems Administrator',
    '15-1252.00': 'Software Developer',
    '15-1299.04': 'Penetration Tester',
    '15-1299.09': 'IT Project Manager',
  }),
];

/** Every role by code, with its family and department. */
export const rolePlans: ReadonlyMap<string, RolePlan & { readonly family: string; readonly department: string }> = new Map(
  families.flatMap(({ family: name, department, roles }) =>
    roles.map((role) => [role.code, { ...role, family: name, department }] as const),
  ),
);
