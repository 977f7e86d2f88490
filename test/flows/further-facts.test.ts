// Approvals, incidents and verifications: told, shown, judged by, waited for, taken back.
import { startTestApp, type TestApp } from '../kit/app';
import { talkTo, type IngestAnswer, type Talk } from '../kit/seed';

const PAYLOAD = 'results { outcome id refusal { code path } } cursor';
const day = (date: string) => `${date}T00:00:00.000Z`;

/** One item: what became of it. */
const only = ({ results }: Pick<IngestAnswer, 'results'>) => results[0]!;

describe('further facts', () => {
  let server: TestApp;
  let api: Talk;
  let count = 0;
  beforeAll(async () => {
    server = await startTestApp({ at: '2026-06-01T12:00:00Z' });
    api = talkTo(server);
    await api.defineTypes({ code: 'A' }, { code: 'LICENCE' });
  });
  afterAll(() => server.stop());

  const send = async (operation: string, type: string, input: object): Promise<IngestAnswer> =>
    (await server.query(`mutation ($input: ${type}!) { ${operation}(input: $input) { ${PAYLOAD} } }`, { input }))[operation];
  const approval = async (operation: string, employeeExternalId: string, kind: string, more: object = {}) =>
    only(await send(operation, 'ApprovalInput', { employeeExternalId, kind, ...more }));
  const incidents = (items: readonly object[], more: object = {}) =>
    send('recordIncidents', 'RecordIncidentsInput', { source: 'safety', ...more, incidents: items });
  const verify = (items: readonly object[], more: object = {}) =>
    send('verifyCredentials', 'VerifyCredentialsInput', { source: 'watch', ...more, verifications: items });
  const role = async (rule: object): Promise<string> => {
    const code = `R${++count}`;
    await api.defineRoles(code);
    expect((await api.publishRule(code, rule as never)).refusal).toBeNull();
    return code;
  };
  const newcomer = async (more: object = {}): Promise<string> => {
    const externalId = `P${++count}`;
    await api.upsert([{ externalId, effectiveAt: '2026-01-01T00:00:00Z', ...more }]);
    return externalId;
  };
  const look = (who: string, code: string, when: object = {}) =>
    api.eligibility(who, code, 'verdict since until untilVerdict', when);
  const now = () => new Date(server.clock.now()).toISOString();
  const told = async (who: string, kind: string, selection = '') =>
    (await api.changes(`... on Change { occurredAt } ${selection}`, { employeeExternalId: [who], kind: [kind] })).found;

  describe('approvals', () => {
    it('make a rule pending once asked for, and eligible once granted, for as long as the rule lets the grant stand (D6)', async () => {
      const code = await role({ approval: { kind: 'nights', ttl: 'P30D' } });
      const who = await newcomer();
      expect((await look(who, code)).verdict).toBe('NOT_ELIGIBLE');
      expect(await approval('requestApproval', who, 'nights', { reason: 'short of people' })).toMatchObject({
        outcome: 'APPLIED',
      });
      expect((await look(who, code)).verdict).toBe('PENDING');
      expect(await approval('grantApproval', who, 'nights', { effectiveAt: '2026-05-20T08:00:00Z' })).toMatchObject({
        outcome: 'APPLIED',
      });
      expect(await look(who, code)).toEqual({
        verdict: 'ELIGIBLE',
        since: '2026-05-20T08:00:00.000Z',
        until: day('2026-06-19'),
        untilVerdict: 'PENDING',
      });
      await approval('withdrawApproval', who, 'nights', { effectiveAt: '2026-06-10T00:00:00Z', reason: 'tired' });
      expect(await look(who, code)).toMatchObject({
        verdict: 'ELIGIBLE',
        until: day('2026-06-10'),
        untilVerdict: 'NOT_ELIGIBLE',
      });
    });

    it('end for good with another manager when the rule binds them, and only then (D6)', async () => {
      const bound = await role({ approval: { kind: 'lead' } });
      const free = await role({ approval: { kind: 'lead', bindToManager: false } });
      const [boss, other] = [await newcomer(), await newcomer()];
      const who = await newcomer({ managerExternalId: boss });
      await approval('grantApproval', who, 'lead');
      await api.upsert([{ externalId: who, managerExternalId: other, effectiveAt: '2026-08-01T00:00:00Z' }]);
      expect(await look(who, bound)).toMatchObject({ verdict: 'ELIGIBLE', until: day('2026-08-01') });
      expect(await look(who, free)).toMatchObject({ verdict: 'ELIGIBLE', until: null });
      await api.upsert([{ externalId: who, managerExternalId: boss, effectiveAt: '2026-09-01T00:00:00Z' }]);
      expect((await look(who, bound, { at: '2026-10-01T00:00:00Z' })).verdict).toBe('NOT_ELIGIBLE');
    });

    it('are the same however often they are said; a second grant is a new one', async () => {
      const who = await newcomer();
      const first = await approval('requestApproval', who, 'x');
      expect(await approval('requestApproval', who, 'x')).toEqual({ ...first, outcome: 'UNCHANGED' });
      const granted = await approval('grantApproval', who, 'x', { effectiveAt: '2026-06-01T00:00:00Z' });
      expect(await approval('grantApproval', who, 'x', { effectiveAt: '2026-06-01T00:00:00Z' })).toEqual({
        ...granted,
        outcome: 'UNCHANGED',
      });
      server.clock.advance(1_000);
      const again = { idempotencyKey: 'once' };
      const second = await approval('grantApproval', who, 'x', again);
      expect(second).toMatchObject({ outcome: 'APPLIED' });
      server.clock.advance(1_000);
      expect(await approval('grantApproval', who, 'x', again)).toEqual(second);
      expect((await approval('withdrawApproval', who, 'x')).outcome).toBe('APPLIED');
      server.clock.advance(1_000);
      expect((await approval('withdrawApproval', who, 'x')).outcome).toBe('UNCHANGED');
    });

    it('that were never there cannot be withdrawn, and what cannot be taken says why', async () => {
      const who = await newcomer();
      const codes = async (operation: string, person: string, kind: string, more: object = {}) => {
        const { outcome, refusal } = await approval(operation, person, kind, more);
        return [outcome, refusal?.code, ...refusal!.path];
      };
      expect(await codes('withdrawApproval', who, 'x')).toEqual(['REJECTED', 'APPROVAL_NOT_FOUND', 'kind']);
      expect(await codes('grantApproval', who, ' ')).toEqual(['REJECTED', 'INVALID_KIND', 'kind']);
      expect(await codes('grantApproval', '', 'x')).toEqual(['REJECTED', 'INVALID_EXTERNAL_ID', 'employeeExternalId']);
      expect(await codes('grantApproval', who, 'x', { effectiveAt: '9999-01-01T00:00:00Z' })).toEqual([
        'REJECTED',
        'DATE_OUT_OF_RANGE',
        'effectiveAt',
      ]);
      expect(await codes('grantApproval', who, 'x'.repeat(500))).toEqual(['REJECTED', 'VALUE_TOO_LONG', 'kind']);
    });

    it('about somebody unknown wait, and take effect when they were sent', async () => {
      const code = await role({ approval: { kind: 'early' } });
      const sentAt = now();
      expect(await approval('grantApproval', 'late-1', 'early')).toMatchObject({
        outcome: 'QUARANTINED',
        refusal: { code: 'UNKNOWN_EMPLOYEE' },
      });
      server.clock.advance(60_000);
      await api.upsert([{ externalId: 'late-1' }]);
      expect(await look('late-1', code)).toMatchObject({ verdict: 'ELIGIBLE', since: sentAt });
    });

    it('are shown on the person, found by their ids, explained, told in the log, and read as they were known', async () => {
      const code = await role({ approval: { kind: 'shown' } });
      const who = await newcomer();
      const before = now();
      server.clock.advance(1_000);
      await approval('requestApproval', who, 'shown', { reason: 'please' });
      server.clock.advance(1_000);
      const { id } = await approval('grantApproval', who, 'shown', { reason: 'why not' });
      await approval('withdrawApproval', who, 'shown', { effectiveAt: '2027-01-01T00:00:00Z' });
      const { approvals } = await api.person(who, 'approvals { totalCount nodes { kind act reason actor source } }');
      expect(approvals).toEqual({
        totalCount: 2,
        nodes: [
          { kind: 'shown', act: 'REQUESTED', reason: 'please', actor: 'key:admin', source: 'api' },
          { kind: 'shown', act: 'GRANTED', reason: 'why not', actor: 'key:admin', source: 'api' },
        ],
      });
      const { explanation } = await api.eligibility(who, code, 'explanation { factIds }');
      expect(explanation).toEqual([{ factIds: [id] }]);
      expect(await api.ask(`node(id: "${id}") { ... on Approval { act employee { externalId } } }`)).toEqual({
        node: { act: 'GRANTED', employee: { externalId: who } },
      });
      const [granted] = await told(
        who,
        'APPROVAL_GRANTED',
        '... on ApprovalChange { kind approval { id } employee { externalId } }',
      );
      expect(granted).toMatchObject({ __typename: 'ApprovalChange', approval: { id }, employee: { externalId: who } });
      expect((await api.person(who, 'approvals { totalCount }', { knownAt: before })).approvals.totalCount).toBe(0);
      const known = await api.eligibility(who, code, 'verdict explanation { verdict factIds }', { knownAt: before });
      expect(known).toEqual({ verdict: 'NOT_ELIGIBLE', explanation: [{ verdict: 'NOT_ELIGIBLE', factIds: [] }] });
    });
  });

  describe('incidents', () => {
    const rule = { noOpen: { trigger: 'near-miss', resolver: 'refresher' } };

    it('open a condition, and what resolves them closes it (D1)', async () => {
      const code = await role(rule);
      const who = await newcomer();
      expect((await look(who, code)).verdict).toBe('ELIGIBLE');
      const item = { employeeExternalId: who, kind: 'near-miss', occurredAt: '2026-05-01T09:00:00Z', reason: 'forklift' };
      const { id } = only(await incidents([item]));
      expect(await look(who, code)).toEqual({
        verdict: 'NOT_ELIGIBLE',
        since: '2026-05-01T09:00:00.000Z',
        until: null,
        untilVerdict: null,
      });
      const { explanation } = await api.eligibility(who, code, 'explanation { factIds }');
      expect(explanation).toEqual([{ factIds: [id] }]);
      expect(await api.ask(`node(id: "${id}") { ... on Incident { kind reason } }`)).toEqual({
        node: { kind: 'near-miss', reason: 'forklift' },
      });
      await incidents([{ employeeExternalId: who, kind: 'refresher', occurredAt: '2026-05-20T00:00:00Z' }]);
      expect(await look(who, code)).toMatchObject({ verdict: 'ELIGIBLE', since: day('2026-05-20') });
      expect((await look(who, code, { at: '2026-05-10T00:00:00Z' })).verdict).toBe('NOT_ELIGIBLE');
    });

    it('that were recorded by mistake are taken back with a reason: they never happened, but were known (D1)', async () => {
      const code = await role(rule);
      const who = await newcomer();
      const { id } = only(await incidents([{ employeeExternalId: who, kind: 'near-miss', occurredAt: '2026-05-01T09:00:00Z' }]));
      const knownAt = now();
      server.clock.advance(1_000);
      const retract = async (incident: string, reason: string) =>
        only(await send('retractIncident', 'RetractIncidentInput', { incident, reason }));
      expect((await retract(id!, ' ')).refusal).toMatchObject({ code: 'REASON_REQUIRED' });
      expect((await retract('inc_00000000-0000-4000-8000-000000000000', 'x')).refusal).toMatchObject({
        code: 'INCIDENT_NOT_FOUND',
      });
      expect(await retract(id!, 'somebody else')).toMatchObject({ outcome: 'APPLIED', id });
      expect(await retract(id!, 'somebody else')).toMatchObject({ outcome: 'UNCHANGED', id });
      expect(await look(who, code, { at: '2026-05-10T00:00:00Z' })).toMatchObject({
        verdict: 'ELIGIBLE',
        since: '1900-01-01T00:00:00.000Z',
      });
      expect((await look(who, code, { at: '2026-05-10T00:00:00Z', knownAt })).verdict).toBe('NOT_ELIGIBLE');
      const listed = async (when: object) =>
        (await api.person(who, 'incidents { totalCount nodes { id } }', when)).incidents as { totalCount: number };
      expect(await listed({})).toEqual({ totalCount: 0, nodes: [] });
      expect(await listed({ knownAt })).toEqual({ totalCount: 1, nodes: [{ id }] });
      const [retracted] = await told(who, 'INCIDENT_RETRACTED', '... on IncidentChange { reason incident { id } }');
      expect(retracted).toMatchObject({ __typename: 'IncidentChange', reason: 'somebody else', incident: null });
    });

    it('are taken in once, by event and by what they say, and waited with for the person', async () => {
      const who = await newcomer();
      const item = { eventId: 'e1', employeeExternalId: who, kind: 'k', occurredAt: '2026-05-01T09:00:00Z', reference: 'S-1' };
      const first = await incidents([item, item, { ...item, eventId: null }, { ...item, eventId: 'e2', reference: 'S-2' }]);
      expect(first.results.map(({ outcome }) => outcome)).toEqual(['APPLIED', 'DUPLICATE', 'UNCHANGED', 'APPLIED']);
      expect((await incidents([item])).results.map(({ outcome }) => outcome)).toEqual(['DUPLICATE']);
      expect((await incidents([item], { source: 'other' })).results.map(({ outcome }) => outcome)).toEqual(['UNCHANGED']);
      const wrong = [
        { ...item, eventId: 'e4', kind: '' },
        { ...item, eventId: 'e5', occurredAt: '9999-01-01T00:00:00Z' },
        { ...item, eventId: 'e6', employeeExternalId: 'late-2', kind: 'near-miss' },
      ];
      const refused = await incidents(wrong);
      expect(refused.results.map(({ outcome, refusal }) => [outcome, refusal?.code])).toEqual([
        ['REJECTED', 'INVALID_KIND'],
        ['REJECTED', 'DATE_OUT_OF_RANGE'],
        ['QUARANTINED', 'UNKNOWN_EMPLOYEE'],
      ]);
      const code = await role(rule);
      await api.upsert([{ externalId: 'late-2' }]);
      expect((await look('late-2', code)).verdict).toBe('NOT_ELIGIBLE');
    });
  });

  describe('verifications', () => {
    const fresh = { holds: { typeCode: 'LICENCE', verifiedWithin: 'P90D' } };

    it('keep a credential counting for as long as the rule says, to the instant, and time pushes the end (N14)', async () => {
      const code = await role(fresh);
      const who = await newcomer();
      await api.issue([{ employeeExternalId: who, typeCode: 'LICENCE', issuedOn: '2026-01-01' }]);
      expect((await look(who, code)).verdict).toBe('NOT_ELIGIBLE');
      const subscriber = server.subscribe(
        'subscription ($f: ChangeFilter) { eligibilityChanged(filter: $f) { kind before after occurredAt because } }',
        { f: { roleCode: [code], employeeExternalId: [who] } },
      );
      await new Promise((resolve) => setTimeout(resolve, 100));
      await verify([{ employeeExternalId: who, typeCode: 'LICENCE', verifiedOn: '2026-05-15', method: 'primary source' }]);
      expect(await look(who, code)).toEqual({
        verdict: 'ELIGIBLE',
        since: day('2026-05-15'),
        until: day('2026-08-13'),
        untilVerdict: 'NOT_ELIGIBLE',
      });
      const end = Date.parse(day('2026-08-13'));
      server.clock.set(end - 1);
      expect((await look(who, code)).verdict).toBe('ELIGIBLE');
      server.clock.set(end);
      expect((await look(who, code)).verdict).toBe('NOT_ELIGIBLE');
      const changes = await subscriber.atLeast(2);
      expect(changes).toMatchObject([
        { kind: 'TRANSITION', before: 'NOT_ELIGIBLE', after: 'ELIGIBLE' },
        { kind: 'TRANSITION', before: 'ELIGIBLE', after: 'NOT_ELIGIBLE', occurredAt: day('2026-08-13') },
      ]);
      await verify([{ employeeExternalId: who, typeCode: 'LICENCE' }]);
      expect((await look(who, code)).verdict).toBe('ELIGIBLE');
    });

    it('may come before the credential, are read with it, told in the log, and known when they were', async () => {
      const code = await role(fresh);
      const who = await newcomer();
      const knownAt = now();
      server.clock.advance(1_000);
      const item = {
        eventId: `v-${who}`,
        employeeExternalId: who,
        typeCode: 'LICENCE',
        verifiedAt: now(),
        evidenceUrl: 'https://registry.example/1',
        method: 'registry',
      };
      const results = await verify([item, item, { ...item, eventId: null }]);
      expect(results.results.map(({ outcome }) => outcome)).toEqual(['APPLIED', 'DUPLICATE', 'UNCHANGED']);
      expect((await verify([item])).results[0]!.outcome).toBe('DUPLICATE');
      await api.issue([{ employeeExternalId: who, typeCode: 'LICENCE', issuedOn: '2026-01-01' }]);
      expect((await look(who, code)).verdict).toBe('ELIGIBLE');
      const selection = 'id lastVerifiedAt verifications { totalCount nodes { at method evidenceUrl source } }';
      const [credential] = await api.credentials(who, 'LICENCE', selection);
      expect(credential).toEqual({
        id: results.results[0]!.id,
        lastVerifiedAt: item.verifiedAt,
        verifications: {
          totalCount: 1,
          nodes: [{ at: item.verifiedAt, method: 'registry', evidenceUrl: item.evidenceUrl, source: 'watch' }],
        },
      });
      const [verified] = await told(who, 'VERIFIED', '... on CredentialChange { kind reason }');
      expect(verified).toMatchObject({ __typename: 'CredentialChange', kind: 'VERIFIED', reason: 'registry' });
      const { explanation } = await api.eligibility(who, code, 'explanation { verdict }', { knownAt });
      expect(explanation).toEqual([{ verdict: 'NOT_ELIGIBLE' }]);
    });

    it('that cannot be taken say why; what is not there yet is waited for', async () => {
      const who = await newcomer();
      const item = { employeeExternalId: who, typeCode: 'LICENCE' };
      const { results } = await verify([
        { ...item, evidenceUrl: 'javascript:alert(1)' },
        { ...item, verifiedAt: now(), verifiedOn: '2026-01-01' },
        { ...item, typeCode: '' },
        { ...item, typeCode: 'NEW-TYPE' },
        { ...item, employeeExternalId: 'late-3' },
      ]);
      expect(results.map(({ outcome, refusal }) => [outcome, refusal?.code])).toEqual([
        ['REJECTED', 'INVALID_EVIDENCE_URL'],
        ['REJECTED', 'AMBIGUOUS_DATE'],
        ['REJECTED', 'INVALID_CODE'],
        ['QUARANTINED', 'UNKNOWN_CREDENTIAL_TYPE'],
        ['QUARANTINED', 'UNKNOWN_EMPLOYEE'],
      ]);
      const code = await role(fresh);
      await api.upsert([{ externalId: 'late-3' }]);
      await api.issue([{ employeeExternalId: 'late-3', typeCode: 'LICENCE', issuedOn: '2026-01-01' }]);
      expect((await look('late-3', code)).verdict).toBe('ELIGIBLE');
    });
  });
});
