// Answers from approvals, incidents, verifications, hours and the words of sources, read later as they were known after every act.
import { verifyProof } from '../../src/graph/proofs/verify';
import { startTestApp, type TestApp } from '../kit/app';
import { keyOf, talkTo, type Talk } from '../kit/seed';

const EXPORT = `mutation ($input: ExportProofInput!) { exportProof(input: $input) { file refusal { message } } }`;

jest.setTimeout(60_000);

describe('what was known of further facts', () => {
  let server: TestApp;
  let api: Talk;
  beforeAll(async () => {
    server = await startTestApp({ at: '2026-06-01T12:00:00Z' });
    api = talkTo(server);
  });
  afterAll(() => server.stop());

  const send = async (operation: string, type: string, input: object): Promise<string | null> => {
    const document = `mutation ($input: ${type}!) { ${operation}(input: $input) { results { outcome id refusal { message } } } }`;
    const [result] = (await server.query(document, { input }))[operation].results;
    expect(result).toMatchObject({ outcome: 'APPLIED', refusal: null });
    return result.id as string | null;
  };
  const approve = (operation: string, more: object = {}) =>
    send(operation, 'ApprovalInput', { employeeExternalId: 'P', kind: 'nights', ...more });
  const incident = (kind: string, occurredAt: string) =>
    send('recordIncidents', 'RecordIncidentsInput', {
      source: 's',
      incidents: [{ employeeExternalId: 'P', kind, occurredAt }],
    });
  const word = (able: boolean, effectiveAt?: string) =>
    send('declareCapabilities', 'DeclareCapabilitiesInput', {
      source: 's',
      capabilities: [{ subject: 'EVENT', code: 'spill', able, effectiveAt }],
    });
  const complete = (more: object) =>
    api.complete([{ employeeExternalId: 'P', courseCode: 'C', attemptId: 'a', completedAt: '2026-05-01T00:00:00Z', ...more }]);

  it('is answered as it was answered then: verdicts, their stretches, explanations and lists (I23)', async () => {
    await api.defineTypes({ code: 'A' });
    await api.defineCourses({ code: 'C', creditHours: 3 });
    await api.upsert([{ externalId: 'P', managerExternalId: 'M', effectiveAt: '2026-01-01T00:00:00Z' }]);
    await api.defineRoles('HOURS', 'CLEAN', 'FRESH', 'NIGHTS', 'ALL');
    const roles = ['HOURS', 'CLEAN', 'FRESH', 'NIGHTS', 'ALL'];
    await api.publishRule('HOURS', { credits: { courseCodes: ['C'], min: 2, window: 'P1Y' } });
    await api.publishRule('CLEAN', { noOpen: { trigger: 'spill', resolver: 'C' } });
    await api.publishRule('FRESH', { holds: { typeCode: 'A', verifiedWithin: 'P90D' } });
    await api.publishRule('NIGHTS', { approval: { kind: 'nights' } });
    await api.publishRule('ALL', { all: roles.slice(0, 4).map((roleCode) => ({ rule: { roleCode } })) });

    let spill: string | null = null;
    const acts: (() => Promise<unknown>)[] = [
      () => approve('requestApproval'),
      () => incident('spill', '2026-03-01T00:00:00Z').then((id) => (spill = id)),
      () => complete({ status: 'IN_PROGRESS' }),
      () => complete({ status: 'PASSED', completedAt: '2026-05-02T00:00:00Z' }),
      () => approve('grantApproval', { effectiveAt: '2026-05-15T00:00:00Z' }),
      () => api.issue([{ employeeExternalId: 'P', typeCode: 'A', issuedOn: '2026-01-01' }]),
      () =>
        send('verifyCredentials', 'VerifyCredentialsInput', {
          source: 's',
          verifications: [{ employeeExternalId: 'P', typeCode: 'A' }],
        }),
      () => incident('spill', '2026-05-20T00:00:00Z').then((id) => (spill = id)),
      () => send('retractIncident', 'RetractIncidentInput', { incident: spill, reason: 'another person' }),
      () => word(true),
      () => word(false, '2026-05-25T00:00:00Z'),
      () => api.defineCourses({ code: 'C', creditHours: 1 }),
      () => word(true, '2026-05-30T00:00:00Z'),
      () => api.defineCourses({ code: 'C', creditHours: 2 }),
      () => api.upsert([{ externalId: 'P', managerExternalId: 'N', effectiveAt: '2026-07-01T00:00:00Z' }]),
      () => approve('withdrawApproval', { effectiveAt: '2026-08-01T00:00:00Z' }),
      () => api.publishRule('CLEAN', { noOpen: { trigger: 'spill', resolver: 'A' } }),
    ];
    const instants = ['2026-05-22T00:00:00Z', '2026-06-02T00:00:00Z', '2026-07-15T00:00:00Z'];
    const lists = `approvals { nodes { act at } } incidents { nodes { kind occurredAt } } completions { nodes { status } }
      credentials { nodes { lastVerifiedAt } }`;
    const answer = 'verdict since until segments { from to verdict } explanation { id op verdict since until factIds }';
    const look = async (knownAt?: string) => ({
      answers: await Promise.all(
        roles.flatMap((role) => instants.map((at) => api.eligibility('P', role, answer, { at, knownAt }))),
      ),
      lists: await api.person('P', lists, { at: instants[2], knownAt }),
    });

    const seen: { readonly knownAt: string; readonly found: unknown }[] = [];
    for (const act of acts) {
      await act();
      seen.push({ knownAt: new Date(server.clock.now()).toISOString(), found: await look() });
      server.clock.advance(60_000);
    }
    // the retraction brings back what was before, and that a source can speak of what it always did is no news: all others tell
    expect(new Set(seen.map(({ found }) => JSON.stringify(found))).size).toBe(acts.length - 2);
    for (const { knownAt, found } of seen) expect(await look(knownAt)).toEqual(found);

    // and from the log alone
    const prove = async (roleCode: string, at: string, knownAt: string) => {
      const input = { employee: keyOf('P'), roleCode, at, knownAt, reason: 'to compare' };
      const { exportProof } = await server.query(EXPORT, { input });
      const proof = verifyProof(exportProof.file);
      if (typeof proof === 'string') throw new Error(proof);
      const { verdict, until, trace } = proof.document.answer as any;
      const [root] = trace;
      return { verdict, until, root: { verdict: root.verdict, factIds: root.factIds } };
    };
    const asked = seen
      .flatMap(({ knownAt }) => roles.flatMap((role) => instants.map((at) => ({ role, at, knownAt }))))
      .filter((_, i) => i % 4 === 0);
    for (let i = 0; i < asked.length; i += 20) {
      const some = asked.slice(i, i + 20);
      const proofs = await Promise.all(some.map(({ role, at, knownAt }) => prove(role, at, knownAt)));
      const answers = await Promise.all(
        some.map(({ role, ...when }) => api.eligibility('P', role, 'verdict until explanation { verdict factIds }', when)),
      );
      expect(proofs).toEqual(answers.map(({ explanation: [root], ...rest }: any) => ({ ...rest, root })));
    }
  });
});
