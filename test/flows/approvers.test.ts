// Who decides about an approval: the primary manager, or whom that manager lets decide; and what is missing without it.
import { startTestApp, type TestApp } from '../kit/app';
import { eventually, talkTo, type IngestAnswer, type Talk } from '../kit/seed';

const PAYLOAD = 'results { outcome id refusal { code message path } } cursor';
const ANSWER = `verdict isEligibleExceptApproval nearestWays { steps { kind text } } explanation { op text verdict binding }`;

describe('approvers', () => {
  let server: TestApp;
  let api: Talk;
  let count = 0;
  beforeAll(async () => {
    server = await startTestApp({ at: '2026-06-01T12:00:00Z' });
    api = talkTo(server);
    await api.defineTypes({ code: 'LICENCE' });
    await api.defineRoles('NIGHTS', 'LEAD');
    const nights = { all: [{ holds: { typeCode: 'LICENCE' } }, { approval: { kind: 'nights', ttl: 'P30D' } }] };
    expect((await api.publishRule('NIGHTS', nights)).refusal).toBeNull();
    expect((await api.publishRule('LEAD', { all: [{ rule: { roleCode: 'NIGHTS' } }] })).refusal).toBeNull();
  });
  afterAll(() => server.stop());

  const send = async (operation: string, type: string, input: object): Promise<IngestAnswer['results'][0]> =>
    (await server.query(`mutation ($input: ${type}!) { ${operation}(input: $input) { ${PAYLOAD} } }`, { input }))[operation]
      .results[0];
  const act = (operation: string, employeeExternalId: string, approverExternalId?: string, more: object = {}) =>
    send(operation, 'ApprovalInput', { employeeExternalId, kind: 'nights', approverExternalId, ...more });
  const delegate = (managerExternalId: string, delegateExternalId: string, more: object = {}) =>
    send('delegateApprovals', 'DelegateApprovalsInput', { managerExternalId, delegateExternalId, ...more });
  /** A manager, a deputy, somebody else, and a licensed report. */
  const team = async () => {
    const [boss, deputy, other, report] = ['B', 'D', 'O', 'R'].map((letter) => `${letter}${++count}`) as [string, string, string, string]; // prettier-ignore
    const since = '2026-01-01T00:00:00Z';
    await api.upsert([boss, deputy, other].map((externalId) => ({ externalId, effectiveAt: since })));
    await api.upsert([{ externalId: report, managerExternalId: boss, effectiveAt: since }]);
    await api.issue([{ employeeExternalId: report, typeCode: 'LICENCE', issuedOn: '2026-01-01' }]);
    return { boss, deputy, other, report };
  };
  const verdict = async (who: string, at?: string) => (await api.eligibility(who, 'NIGHTS', 'verdict', { at })).verdict;
  const acts = async (who: string, when: object = {}) =>
    (await api.person(who, 'approvals { nodes { act approver { externalId } onBehalfOf { externalId } } }', when)).approvals
      .nodes;
  const refused = { outcome: 'REJECTED', refusal: { code: 'APPROVER_NOT_ENTITLED', path: ['approverExternalId'] } };

  it('missing: eligible except approval, and the answer names the approval and nothing else; pending once asked for (D6)', async () => {
    const { report, boss, other } = await team();
    expect(await api.eligibility(report, 'NIGHTS', ANSWER)).toMatchObject({
      verdict: 'NOT_ELIGIBLE',
      isEligibleExceptApproval: true,
      nearestWays: [{ steps: [{ kind: 'APPROVAL', text: 'get approval nights' }] }],
      explanation: [
        { op: 'all', binding: true },
        { op: 'holds', verdict: 'ELIGIBLE', binding: false },
        { op: 'approval', verdict: 'NOT_ELIGIBLE', binding: true },
      ],
    });
    // the rule of another role is seen through; somebody without the licence lacks more than an approval
    expect(await api.eligibility(report, 'LEAD', 'verdict isEligibleExceptApproval')).toEqual({
      verdict: 'NOT_ELIGIBLE',
      isEligibleExceptApproval: true,
    });
    expect((await api.eligibility(other, 'NIGHTS', 'isEligibleExceptApproval')).isEligibleExceptApproval).toBe(false);
    await act('requestApproval', report, boss);
    expect(await api.eligibility(report, 'NIGHTS', 'verdict isEligibleExceptApproval')).toEqual({
      verdict: 'PENDING',
      isEligibleExceptApproval: true,
    });
    await act('grantApproval', report, boss, { effectiveAt: '2026-05-20T00:00:00Z' });
    const granted = await api.eligibility(report, 'NIGHTS', 'verdict until untilVerdict isEligibleExceptApproval');
    expect(granted).toMatchObject({ verdict: 'ELIGIBLE', until: '2026-06-19T00:00:00.000Z', isEligibleExceptApproval: false });
    // it expires, and is missing again
    const expired = { at: '2026-06-19T00:00:00Z' };
    expect(await api.eligibility(report, 'NIGHTS', 'verdict isEligibleExceptApproval', expired)).toMatchObject({
      verdict: 'PENDING',
      isEligibleExceptApproval: true,
    });
  });

  it('of two managers the primary one decides, the one at that instant; nobody else, and nobody about themselves (A12 D6)', async () => {
    const { boss, other, report } = await team();
    await api.upsert([{ externalId: report, otherManagerExternalIds: [other] }]);
    expect((await api.person(report, 'managers { isPrimary }')).managers).toHaveLength(2);
    expect(await act('grantApproval', report, other)).toMatchObject(refused);
    expect(await act('grantApproval', report, report)).toMatchObject(refused);
    expect(await verdict(report)).toBe('NOT_ELIGIBLE');
    expect(await act('grantApproval', report, boss)).toMatchObject({ outcome: 'APPLIED' });
    expect(await verdict(report)).toBe('ELIGIBLE');
    expect(await acts(report)).toEqual([{ act: 'GRANTED', approver: { externalId: boss }, onBehalfOf: null }]);
    await api.upsert([{ externalId: report, managerExternalId: other, effectiveAt: '2026-07-01T00:00:00Z' }]);
    expect(await act('withdrawApproval', report, boss, { effectiveAt: '2026-07-01T00:00:00Z' })).toMatchObject(refused);
    expect(await act('grantApproval', report, other, { effectiveAt: '2026-06-30T23:59:59.999Z' })).toMatchObject(refused);
    expect(await act('grantApproval', report, other, { effectiveAt: '2026-07-01T00:00:00Z' })).toMatchObject({
      outcome: 'APPLIED',
    });
    expect(await verdict(report, '2026-07-02T00:00:00Z')).toBe('ELIGIBLE');
  });

  it('may be delegates, for a time and for some kinds; what they decided stays, and says in whose place (D6)', async () => {
    const { boss, deputy, other, report } = await team();
    expect(await act('grantApproval', report, deputy)).toMatchObject(refused);
    const span = { from: '2026-06-01T00:00:00Z', until: '2026-06-08T00:00:00Z', kinds: ['nights'], reason: 'away' };
    const delegated = await delegate(boss, deputy, span);
    expect(delegated).toMatchObject({ outcome: 'APPLIED' });
    expect(await delegate(boss, deputy, span)).toEqual({ ...delegated, outcome: 'UNCHANGED' });
    expect(await act('grantApproval', report, deputy, { effectiveAt: '2026-06-08T00:00:00Z' })).toMatchObject(refused);
    expect(await act('grantApproval', report, deputy, { kind: 'days' })).toMatchObject(refused);
    // a delegate passes nothing on
    await delegate(deputy, other);
    expect(await act('grantApproval', report, other)).toMatchObject(refused);
    expect(await act('grantApproval', report, deputy)).toMatchObject({ outcome: 'APPLIED' });
    expect(await acts(report)).toEqual([{ act: 'GRANTED', approver: { externalId: deputy }, onBehalfOf: { externalId: boss } }]);
    expect(await verdict(report, '2026-06-20T00:00:00Z')).toBe('ELIGIBLE');
    // it is the manager's grant: it ends with the manager
    await api.upsert([{ externalId: report, managerExternalId: other, effectiveAt: '2026-06-10T00:00:00Z' }]);
    expect(await verdict(report, '2026-06-10T00:00:00Z')).toBe('NOT_ELIGIBLE');
  });

  it('let others decide until they say otherwise; it is read, told, and known when it was', async () => {
    const { boss, deputy, report } = await team();
    const knownAt = new Date(server.clock.now()).toISOString();
    server.clock.advance(1_000);
    const from = '2026-06-01T00:00:00Z';
    const first = await delegate(boss, deputy, { from });
    const selection = 'approvalDelegations { id manager { externalId } delegate { externalId } kinds from until }';
    const [running] = (await api.person(boss, selection)).approvalDelegations;
    expect(running).toEqual({
      id: first.id,
      manager: { externalId: boss },
      delegate: { externalId: deputy },
      kinds: null,
      from: '2026-06-01T00:00:00.000Z',
      until: null,
    });
    expect((await api.ask(`node(id: "${first.id}") { __typename }`)).node).toEqual({ __typename: 'ApprovalDelegation' });
    const { found } = await api.changes(
      '... on ApprovalChange { kind approval { id } delegation { id } employee { externalId } }',
      {
        kind: ['APPROVAL_DELEGATED'],
        employeeExternalId: [boss],
      },
    );
    expect(found).toEqual([
      {
        __typename: 'ApprovalChange',
        kind: 'APPROVAL_DELEGATED',
        approval: null,
        delegation: { id: first.id },
        employee: { externalId: boss },
      },
    ]);
    expect((await api.person(boss, selection, { knownAt })).approvalDelegations).toEqual([]);
    // ended, and then taken back as if it had never been
    await delegate(boss, deputy, { from, until: '2026-06-01T06:00:00Z' });
    expect(await act('grantApproval', report, deputy)).toMatchObject(refused);
    const morning = { at: '2026-06-01T05:59:59Z' };
    expect((await api.person(boss, selection, morning)).approvalDelegations).toHaveLength(1);
    await delegate(boss, deputy, { from, until: from });
    expect((await api.person(boss, selection, morning)).approvalDelegations).toEqual([]);
  });

  it('who are not known yet are waited for; what cannot be meant says why', async () => {
    const { boss, report } = await team();
    expect(await act('grantApproval', report, 'late-boss')).toMatchObject({
      outcome: 'QUARANTINED',
      refusal: { code: 'UNKNOWN_EMPLOYEE', path: ['approverExternalId'] },
    });
    expect(await delegate(boss, 'late-boss', { from: '2026-06-01T00:00:00Z' })).toMatchObject({
      outcome: 'QUARANTINED',
      refusal: { path: ['delegateExternalId'] },
    });
    await api.upsert([{ externalId: 'late-boss' }]);
    await eventually(
      () => api.person(boss, 'approvalDelegations { delegate { externalId } }'),
      ({ approvalDelegations }) => approvalDelegations.length === 1,
    );
    const codes = async (more: object, manager = boss) => {
      const { refusal } = await delegate(manager, report, more);
      return [refusal?.code, ...(refusal?.path ?? [])];
    };
    expect(await codes({ kinds: [] })).toEqual(['INVALID_KIND', 'kinds']);
    expect(await codes({}, report)).toEqual(['DELEGATION_TO_SELF', 'delegateExternalId']);
    expect(await codes({ until: '2026-01-01T00:00:00Z' })).toEqual(['DELEGATION_BACKWARDS', 'until']);
    expect(await codes({ from: '9999-01-01T00:00:00Z' })).toEqual(['DATE_OUT_OF_RANGE', 'from']);
    expect(await codes({}, ' ')).toEqual(['INVALID_EXTERNAL_ID', 'managerExternalId']);
    expect((await act('grantApproval', report, ' ')).refusal).toMatchObject({ code: 'INVALID_EXTERNAL_ID' });
  });

  it('says of whom decides about themselves that nobody does (D6)', async () => {
    const { boss, report, other } = await team();
    await delegate(boss, report, { from: '2026-01-01T00:00:00Z' });
    const message = async (approver: string) => {
      const { refusal } = await act('grantApproval', report, approver);
      return [refusal?.code, refusal?.message];
    };
    expect(await message(report)).toEqual(['APPROVER_NOT_ENTITLED', expect.stringMatching(/^Nobody decides about themselves: /)]);
    expect(await message(other)).toEqual([
      'APPROVER_NOT_ENTITLED',
      expect.stringContaining("was not the person's primary manager"),
    ]);
  });
});
