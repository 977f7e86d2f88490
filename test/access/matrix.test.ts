// Every way through the schema, for everybody who may ask: nothing that leads to somebody they do not see is in any answer.
import { startTestApp, type TestApp } from '../kit/app';
import { askAs, askWith, byPerson, uuidOfPerson, type Asking } from '../kit/persons';
import { ingestDocument, talkTo } from '../kit/seed';
import { buildGraphSchema } from '../../src/schema';
import { journeys, type Samples } from './paths';

const SINCE = '2024-01-01T00:00:00Z';
const NOW = '2026-06-01T12:00:00Z';
/** Nobody but these people have a name with this in it. */
const MARK = (person: string): string => `q7${person.toLowerCase()}q7`;

/** Who reports to whom: BOSS - HEAD - LEAD - ANN and BEN; HEAD - PEER - CID; EVE is ANN's other manager; OWNER reports to nobody. */
const MANAGERS: Readonly<Record<string, string | null>> = {
  ...{ BOSS: null, HEAD: 'BOSS', LEAD: 'HEAD', ANN: 'LEAD', BEN: 'LEAD', PEER: 'HEAD', CID: 'PEER', EVE: 'BOSS', OWNER: null },
};
const PEOPLE = Object.keys(MANAGERS);
const SEES: Readonly<Record<string, readonly string[]>> = {
  ANN: ['ANN'],
  LEAD: ['LEAD', 'ANN', 'BEN'],
  HEAD: ['HEAD', 'LEAD', 'ANN', 'BEN', 'PEER', 'CID'],
  EVE: ['EVE', 'ANN'],
  CID: ['CID'],
};

/** The last edges repeat the first: MATRIX_EDGES=3 goes 30,000 ways for each of them, and takes minutes. */
const EDGES = Number(process.env['MATRIX_EDGES'] ?? 2);
/** What the ways ask for of each connection. */
const PAGE = 4;
const schema = buildGraphSchema();

jest.setTimeout(600_000);

describe('every way through the schema (F7, F9)', () => {
  let server: TestApp;
  let samples: Samples;
  /** What gives somebody away, wherever it is met: names, external ids, e-mail addresses, ids of them and of all that is theirs. */
  const marks = new Map<string, string[]>();

  beforeAll(async () => {
    server = await startTestApp({ at: NOW, authenticate: byPerson });
    const api = talkTo(server);
    const send = async (operation: string, input: object, type?: string): Promise<void> => {
      const document = type ? ingestDocument(operation).replace(/\w+Input!/, `${type}!`) : ingestDocument(operation);
      const { results } = (await server.query(document, { input }))[operation];
      for (const { outcome, refusal } of results)
        if (outcome !== 'APPLIED') throw new Error(`${operation}: ${JSON.stringify(refusal)}`);
    };
    await api.defineCourses({ code: 'C1' });
    await api.defineTypes({ code: 'CPR', renewal: { life: 'P2Y' } }, { code: 'CLEARANCE' });
    await api.publishAward('CPR', { passed: { courseCode: 'C1' } });
    await api.defineRoles('NURSE', 'MEDIC');
    await api.definePath('WARD', ['NURSE', 'MEDIC']);
    await api.upsert(
      PEOPLE.map((person) => ({
        externalId: `${MARK(person)}-id`,
        givenName: `Given${MARK(person)}`,
        familyName: `Family${MARK(person)}`,
        email: `${MARK(person)}@example.org`,
        department: 'Ward',
        location: 'Town',
        hiredOn: '2024-01-01',
        roleCodes: ['NURSE'],
        attributes: { badge: `Badge${MARK(person)}` },
        managerExternalId: MANAGERS[person] === null ? null : `${MARK(MANAGERS[person]!)}-id`,
        otherManagerExternalIds: person === 'ANN' ? [`${MARK('EVE')}-id`] : [],
        effectiveAt: SINCE,
      })),
    );
    const id = (person: string): string => `${MARK(person)}-id`;
    await api.upsert(
      ['BEN', 'CID'].map((person) => ({
        externalId: id(person),
        location: 'Camp',
        costCenter: `Cost${MARK(person)}`,
        effectiveAt: SINCE,
      })),
      { source: 'agency' },
    );
    await send('defineOutcomes', {
      outcomes: [
        {
          code: 'TALK',
          title: 'Talk',
          kind: 'HRBP_TASK',
          when: ['ELIGIBLE', 'AT_RISK'],
          owner: { employeeExternalId: id('OWNER') },
        },
        {
          code: 'CHECK',
          title: 'Check',
          kind: 'HRBP_TASK',
          when: ['ELIGIBLE'],
          owner: { manager: true },
          fallbackOwner: id('OWNER'),
        },
      ],
    });
    const secret = { disclosed: { to: 'HR', rule: { noOpen: { trigger: 'SANCTION', resolver: 'SANCTION_OVER' } } } };
    await api.publishRule('NURSE', { all: [{ holds: { typeCode: 'CPR' } }, secret] }, { warnBefore: 'P30D' });
    await api.publishRule('MEDIC', { all: [{ holds: { typeCode: 'CPR' } }, { approval: { kind: 'MOVE' } }] });
    await api.complete(
      PEOPLE.map((person) => ({
        ...{ employeeExternalId: id(person), courseCode: 'C1', attemptId: `Attempt${MARK(person)}`, status: 'PASSED', score: 90 },
        completedAt: '2025-01-05T00:00:00Z',
      })),
    );
    for (const person of PEOPLE) {
      await send('verifyCredentials', {
        source: 'board',
        verifications: [
          {
            employeeExternalId: id(person),
            typeCode: 'CPR',
            verifiedAt: '2025-06-01T00:00:00Z',
            method: `Method${MARK(person)}`,
          },
        ],
      });
      const manager = MANAGERS[person];
      if (manager) {
        const approval = { employeeExternalId: id(person), kind: 'MOVE', reason: `Reason${MARK(person)}` };
        await send('grantApproval', { ...approval, approverExternalId: id(manager) }, 'ApprovalInput');
      }
    }
    await send('recordIncidents', {
      source: 'desk',
      incidents: PEOPLE.map((person) => ({
        ...{
          employeeExternalId: id(person),
          kind: 'SANCTION',
          occurredAt: '2026-05-01T00:00:00Z',
          reason: `Sanction${MARK(person)}`,
        },
      })),
    });
    await send('delegateApprovals', { managerExternalId: id('LEAD'), delegateExternalId: id('PEER'), reason: 'away' });

    for (const person of PEOPLE) {
      const found = await api.person(
        id(person),
        'id credentials { nodes { id verifications { nodes { __typename } } } } completions { nodes { id } } approvals { nodes { id } } incidents { nodes { id } } outcomes { nodes { id } } approvalDelegations { id }',
      );
      const own = [found.credentials, found.completions, found.approvals, found.incidents, found.outcomes]
        .flatMap(({ nodes }) => nodes.map((node: { id?: string }) => node.id))
        .filter(Boolean) as string[];
      expect(own.length).toBeGreaterThan(2);
      const delegations = found.approvalDelegations.map((delegation: { id: string }) => delegation.id);
      const uuids = [...own, ...delegations].map((node: string) => node.slice(4));
      marks.set(person, [MARK(person), await uuidOfPerson(server, id(person)), ...uuids]);
    }
    const ids = [...marks.values()].flatMap(([, ...uuids]) => uuids);
    const nodes = [...new Set(ids)].flatMap((uuid) =>
      ['emp', 'crd', 'cmp', 'apr', 'inc', 'out', 'dlg'].map((kind) => `${kind}_${uuid}`),
    );
    const key = (person: string): string => `{ externalId: { value: "${id(person)}" } }`;
    const sides = `from: { at: "2025-01-01T00:00:00Z" }, to: { at: "${NOW}" }`;
    samples = {
      employee: ['ANN', 'BOSS', 'OWNER']
        .map((person) => `(by: ${key(person)})`)
        .concat(`(by: { email: "${MARK('CID')}@example.org" })`),
      employees: [
        '(first: 4)',
        '(first: 4, at: "2025-01-01T00:00:00Z")',
        `(first: 4, filter: { managerEmail: "${MARK('LEAD')}@example.org" })`,
      ],
      viewer: [''],
      role: ['(code: "NURSE")'],
      roles: [''],
      credentials: ['(first: 4)'],
      credentialCounts: ['(groupBy: [DEPARTMENT, STATUS])'],
      eligibilities: ['(first: 4)'],
      eligibilityCounts: ['(groupBy: [DEPARTMENT, VERDICT])'],
      outcomes: ['(first: 4)', `(filter: { owner: ${key('OWNER')} })`],
      outcomeRules: [''],
      capabilities: [''],
      careerPath: ['(code: "WARD")'],
      changes: ['(first: 40)'],
      node: [`(id: "${nodes.find((node) => node.startsWith('crd_'))}")`],
      nodes: Array.from(
        { length: Math.ceil(nodes.length / 200) },
        (_, i) => `(ids: ${JSON.stringify(nodes.slice(i * 200, i * 200 + 200))})`,
      ),
      coverageForecast: ['(roleCode: ["MEDIC"], groupBy: [DEPARTMENT], minimum: 9)'],
      eligibilityDiff: [`(of: { department: "Ward" }, ${sides})`, `(of: { roleCode: "MEDIC" }, ${sides})`],
      whatIf: [`(input: { of: { typeCode: "CPR" }, suppose: [{ revoke: { typeCode: "CPR" } }] })`],
    };
  });
  afterAll(() => server.stop());

  /** What is in an answer that gives away somebody who is not seen, and counts that count them. */
  const leaks = (answer: { data: unknown; errors?: readonly { message: string }[] }, seen: readonly string[]): string[] => {
    const text = JSON.stringify([answer.data, answer.errors]);
    const foreign = PEOPLE.filter((person) => !seen.includes(person)).flatMap((person) =>
      marks.get(person)!.flatMap((mark) => (text.includes(mark) ? [`${person} by ${mark}`] : [])),
    );
    return [...foreign, ...miscounted(answer.data)];
  };

  /** Connections whose whole page is shown and which count more than is on it. */
  const miscounted = (value: unknown, path = ''): string[] => {
    if (typeof value !== 'object' || value === null) return [];
    const { nodes, totalCount } = value as { nodes?: unknown[]; totalCount?: number };
    const own =
      nodes && totalCount !== undefined && nodes.length < PAGE && totalCount !== nodes.length
        ? [`${path} counts ${totalCount}`]
        : [];
    return [...own, ...Object.entries(value).flatMap(([name, below]) => miscounted(below, `${path}.${name}`))];
  };

  const travel = async (asking: Asking, seen: readonly string[], mayBeDenied = /^$/): Promise<{ ways: number; own: number }> => {
    const mine = seen.flatMap((person) => marks.get(person)!);
    let ways = 0;
    let own = 0;
    for (const journey of journeys(schema, samples, EDGES)) {
      const answer = await asking.send(journey.document);
      const denied = (answer.errors ?? []).filter(
        ({ extensions, path }) => extensions.code !== 'FORBIDDEN' || !mayBeDenied.test(String(path?.at(-1))),
      );
      expect([journey.name, leaks(answer, seen), denied]).toEqual([journey.name, [], []]);
      ways += journey.ways;
      own += mine.filter((mark) => JSON.stringify(answer.data).includes(mark)).length;
    }
    return { ways, own };
  };

  it.each(EDGES > 2 ? Object.keys(SEES) : ['LEAD'])('leads %s to nobody they do not see', async (person) => {
    const { ways, own } = await travel(await askAs(server, `${MARK(person)}-id`), SEES[person]!);
    expect(ways).toBeGreaterThan(1_000);
    expect(own).toBeGreaterThan(100);
  });

  it('leads a system to nobody of whom its sources have told nothing, and to nothing that others tell in confidence (G11)', async () => {
    const { createApiKey } = await server.query(
      'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret refusal { code } } }',
      { input: { name: 'agency', scopes: ['graph:read'], sources: ['agency'] } },
    );
    const agency = askWith(server, createApiKey.secret);
    const { own } = await travel(agency, ['BEN', 'CID'], /^(email|costCenter|employmentType|hiredOn|terminatedOn)$/);
    expect(own).toBeGreaterThan(100);
    const answer = await agency.send(
      '{ employees { totalCount nodes { name location email costCenter attributes manager { name } } } viewer { reach } }',
    );
    expect(answer.data['employees']).toEqual({
      totalCount: 2,
      nodes: ['BEN', 'CID'].map((person) => ({
        ...{
          name: `Given${MARK(person)} Family${MARK(person)}`,
          location: 'Camp',
          email: null,
          costCenter: `Cost${MARK(person)}`,
        },
        ...{ attributes: {}, manager: null },
      })),
    });
    expect(answer.data['viewer']).toEqual({ reach: 'SOURCES' });
    expect(answer.errors?.map(({ path, extensions: { code } }) => [path?.at(-1), code])).toEqual([
      ['email', 'FORBIDDEN'],
      ['email', 'FORBIDDEN'],
    ]);
    expect(answer.extensions).toMatchObject({ reach: { is: 'SOURCES' } });
  });

  it('counts for dashboards what is listed, and nothing else', async () => {
    for (const person of ['LEAD', 'HEAD']) {
      const asking = await askAs(server, `${MARK(person)}-id`);
      const { credentials, credentialCounts, eligibilities, eligibilityCounts, coverageForecast, whatIf } = await asking.query(`{
        credentials { totalCount } credentialCounts(groupBy: [DEPARTMENT]) { count } eligibilities { totalCount }
        eligibilityCounts(groupBy: [VERDICT]) { count } coverageForecast(roleCode: ["NURSE"], horizon: "P1D") { days { people } }
        whatIf(input: { of: { typeCode: "CPR" }, suppose: [{ revoke: { typeCode: "CPR" } }] }) { peopleCount passedOver affected { totalCount } } }`);
      const people = SEES[person]!.length;
      const sum = (counts: readonly { count: number }[]): number => counts.reduce((total, { count }) => total + count, 0);
      expect([credentials.totalCount, sum(credentialCounts)]).toEqual([people, people]);
      expect([eligibilities.totalCount, sum(eligibilityCounts)]).toEqual([2 * people, 2 * people]);
      expect(coverageForecast[0].days[0].people).toBe(people);
      expect(whatIf.peopleCount + whatIf.passedOver).toBe(people);
    }
  });

  it('answers about somebody who is not seen as about somebody who is not there', async () => {
    const ann = await askAs(server, `${MARK('ANN')}-id`);
    const about = async (value: string, id: string): Promise<unknown> => {
      const key = `{ externalId: { value: "${value}" } }`;
      const documents = [
        `{ employee(by: ${key}) { id } }`,
        `{ employee(by: { email: "${value.replace(/-id$/, '@example.org')}" }) { id } }`,
        `{ node(id: "emp_${id}") { id } nodes(ids: ["emp_${id}"]) { id } }`,
        `{ eligibility(employee: ${key}, roleCode: "NURSE") { verdict } }`,
        `{ careerPlan(employee: ${key}, toRoleCode: "MEDIC") { cost } }`,
        `{ eligibilityDiff(of: { employee: ${key} }, from: {}, to: {}) { totalCount } }`,
        `{ whatIf(input: { of: { employee: ${key} }, suppose: [{ revoke: { typeCode: "CPR" } }] }) { peopleCount } }`,
        `{ outcomes(filter: { owner: ${key} }) { totalCount } }`,
        `{ outcomes(filter: { owner: { email: "${value.replace(/-id$/, '@example.org')}" } }) { totalCount } }`,
        `{ outcomes(filter: { employeeExternalId: "${value}" }) { totalCount } }`,
        `{ employees(filter: { managerExternalId: "${value}" }) { totalCount } }`,
        `{ employees(filter: { search: "${value}" }) { totalCount } }`,
        `{ changes(filter: { employeeExternalId: ["${value}"] }) { changes { position } } }`,
      ];
      const answers: unknown[] = [];
      for (const document of documents) {
        const { data, errors } = await ann.send(document);
        answers.push([
          document
            .replaceAll(value, '')
            .replaceAll(id, '')
            .replace(/"[^"]*@/, '"@'),
          data,
          errors?.map(({ message }) => message),
        ]);
      }
      return answers;
    };
    const nobody = await about('q7nobodyq7-id', '00000000-0000-4000-8000-000000000000');
    for (const person of ['LEAD', 'BEN', 'OWNER'])
      expect(await about(`${MARK(person)}-id`, marks.get(person)![1]!)).toEqual(nobody);
  });
});
