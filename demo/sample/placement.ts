// Made up for the demo: which occupation a row of the HR table is given.
import type { WorkforceRow } from '../data-files';
import type { Random } from './random';

type Choice = readonly (readonly [weight: number, roleCode: string])[];

const equally = (...codes: readonly string[]): Choice => codes.map((code) => [1, code]);

const BENCH = equally(
  '19-1042.00',
  '19-1021.00',
  '19-1022.00',
  '19-1029.02',
  '19-1029.03',
  '19-2031.00',
  '19-2032.00',
  '19-1041.00',
);
const DATA = equally('15-2041.01', '15-2051.00', '19-1029.01', '17-2031.00', '15-2051.02');
const IT = equally('15-1212.00', '15-1232.00', '15-1241.00', '15-1244.00', '15-1252.00', '15-1299.04', '15-1299.09');
const LAB = equally(
  ...['19-4021.00', '19-4031.00', '19-4042.00', '19-4099.01', '29-2011.00', '29-2012.00', '29-2012.01', '29-2011.04'],
  ...['17-3028.00', '31-9096.00', '29-2011.01', '15-2099.01'],
);
const LINE = equally('51-8091.00', '51-9011.00', '51-9023.00', '51-9111.00', '51-9061.00', '51-2092.00', '51-9161.00');
const TRADES = equally(
  '49-9041.00',
  '49-9071.00',
  '49-9021.00',
  '47-2111.00',
  '47-2152.00',
  '51-4121.00',
  '17-3024.00',
  '49-9062.00',
);
const WAREHOUSE: Choice = [
  [3, '53-7051.00'],
  [3, '53-3032.00'],
  [2, '53-3033.00'],
  [2, '53-7062.00'],
  [2, '53-7065.00'],
  [2, '43-5071.00'],
  [1, '53-7021.00'],
  [1, '43-5032.00'],
];
const CLINIC: Choice = [
  [8, '29-1141.00'],
  [4, '29-1141.01'],
  [4, '29-1141.03'],
  [2, '29-1141.04'],
  [2, '29-1171.00'],
  [1, '29-1071.00'],
  [1, '29-1126.00'],
  [2, '29-1051.00'],
  [2, '29-2034.00'],
  [3, '29-2042.00'],
  [3, '29-2043.00'],
  [2, '29-2052.00'],
  [1, '29-2055.00'],
  [3, '29-2061.00'],
  [1, '29-9021.00'],
  [3, '31-1131.00'],
  [3, '31-9092.00'],
  [1, '31-9093.00'],
  [2, '31-9097.00'],
  [1, '21-1094.00'],
];
const ENGINEERS = equally(
  '17-2112.00',
  '17-2112.02',
  '17-2112.03',
  '17-2041.00',
  '17-2111.00',
  '19-5011.00',
  '19-5012.00',
  '47-4041.00',
);
const SUPERVISORS = equally('51-1011.00', '49-1011.00', '53-1042.00', '53-1043.00', '13-1081.00');
const PLANT_MANAGERS = equally('11-3051.00', '11-3051.01', '11-3013.00', '11-3071.00', '11-3071.04');
const RESEARCH_MANAGERS = equally(
  ...['11-9121.00', '11-9111.00', '11-3021.00', '11-3031.00', '11-9199.01', '11-9199.02', '13-1082.00', '11-3051.01'],
);

type Placement = (row: WorkforceRow, random: Random) => Choice;

const placements: Readonly<Record<string, Placement>> = {
  'Research Scientist': (_, random) =>
    random.weighted([
      [84, BENCH],
      [10, DATA],
      [6, IT],
    ]),
  'Laboratory Technician': (_, random) =>
    random.weighted([
      [45, LAB],
      [22, LINE],
      [13, TRADES],
      [20, WAREHOUSE],
    ]),
  'Manufacturing Director': (row, random) =>
    row.jobLevel >= 4
      ? PLANT_MANAGERS
      : row.jobLevel === 3
        ? SUPERVISORS
        : random.weighted([
            [50, ENGINEERS],
            [25, TRADES],
            [25, WAREHOUSE],
          ]),
  'Healthcare Representative': (row) => (row.jobLevel >= 4 ? equally('11-9111.00', '29-1229.05') : CLINIC),
  'Research Director': (row) => (row.jobLevel >= 4 ? equally('11-9121.00') : equally('11-9121.01', '19-1042.00', '11-9121.00')),
  'Sales Executive': (row) =>
    row.jobLevel >= 4
      ? equally('11-2022.00')
      : row.jobLevel === 3
        ? equally('41-1012.00', '41-4011.00', '41-9031.00')
        : equally('41-4011.00', '41-4012.00', '41-9031.00', '13-1161.00'),
  'Sales Representative': () => equally('41-3091.00', '41-4012.00', '43-4051.00', '41-9011.00'),
  'Human Resources': (row) =>
    row.jobLevel === 1
      ? equally('43-4161.00', '13-1071.00', '13-1151.00')
      : equally('13-1071.00', '13-1075.00', '13-1141.00', '13-1151.00'),
  Manager: (row) =>
    row.department === 'Sales'
      ? equally('11-2022.00', '11-2021.00')
      : row.department === 'Human Resources'
        ? equally('11-3121.00', '11-3131.00', '11-3111.00')
        : RESEARCH_MANAGERS,
};

/** The occupation of a row of the HR table. */
export function placeInRole(row: WorkforceRow, random: Random): string {
  const placement = placements[row.jobRole];
  if (!placement) throw new Error(`The HR table names a job role without a place: ${row.jobRole}.`);
  return random.weighted(placement(row, random));
}

/** People the HR table does not have: the board, the flight department, guards, accountants. */
export const additionalPosts: readonly { readonly roleCode: string; readonly jobLevel: number; readonly count: number }[] = [
  { roleCode: '11-1011.00', jobLevel: 5, count: 1 },
  { roleCode: '11-1021.00', jobLevel: 5, count: 6 },
  { roleCode: '11-3013.01', jobLevel: 4, count: 1 },
  { roleCode: '11-9161.00', jobLevel: 4, count: 1 },
  { roleCode: '53-2011.00', jobLevel: 3, count: 3 },
  { roleCode: '53-2012.00', jobLevel: 2, count: 5 },
  { roleCode: '49-3011.00', jobLevel: 2, count: 4 },
  { roleCode: '49-2091.00', jobLevel: 2, count: 2 },
  { roleCode: '33-9032.00', jobLevel: 1, count: 5 },
  { roleCode: '13-2011.00', jobLevel: 2, count: 2 },
];
