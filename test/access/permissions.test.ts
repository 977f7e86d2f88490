// What somebody may be told changes in the log itself: each change is told with the permissions of its own position.
import { startTestApp, type TestApp } from '../kit/app';
import { askAs, askWith, byPerson, uuidOfPerson, type Asking } from '../kit/persons';
import { eventually, keyOf, nursesNeedCpr, talkTo, type Talk } from '../kit/seed';

const SINCE = '2020-01-01T00:00:00Z';
const CHANGED = 'subscription ($after: Cursor) { changed(after: $after) { position employee { externalId department } } }';

interface Seen {
  readonly position: number;
  readonly employee: { readonly externalId: string; readonly department: string | null } | null;
}

describe('permissions in the order of the log', () => {
  let server: TestApp;
  let api: Talk;

  beforeAll(async () => {
    server = await startTestApp({ authenticate: byPerson });
    api = talkTo(server);
    await nursesNeedCpr(api);
    await api.upsert([
      { externalId: 'OLD', effectiveAt: SINCE },
      { externalId: 'NEW', effectiveAt: SINCE },
      { externalId: 'PEER', managerExternalId: 'OLD', effectiveAt: SINCE },
      { externalId: 'KIT', managerExternalId: 'OLD', effectiveAt: SINCE },
      { externalId: 'HAL', jobTitle: 'HR partner', effectiveAt: SINCE },
    ]);
  });
  afterAll(() => server.stop());

  const assign = async (externalId: string, role: string | null): Promise<void> => {
    const { assignAccessRole } = await server.query(
      'mutation ($input: AssignAccessRoleInput!) { assignAccessRole(input: $input) { changed refusal { code } } }',
      { input: { employee: keyOf(externalId), role, reason: 'a test' } },
    );
    expect(assignAccessRole).toEqual({ changed: true, refusal: null });
  };
  const kit = (received: readonly Seen[]): Seen[] => received.filter(({ employee }) => employee?.externalId === 'KIT');

  it('goes on with the new manager from the move on, and ends with the old one, on open sockets (B11)', async () => {
    const [old, fresh, peer, self] = [
      await askAs(server, 'OLD'),
      await askAs(server, 'NEW'),
      await askAs(server, 'PEER'),
      await askAs(server, 'KIT'),
    ];
    const after = (await api.changes('position')).cursor;
    const feeds = [old, fresh, peer, self].map((asking) => asking.subscribe<Seen>(CHANGED, { after }));
    await api.upsert([{ externalId: 'KIT', department: 'Before' }]);
    await api.upsert([{ externalId: 'KIT', managerExternalId: 'NEW' }]);
    const { found } = await api.changes('position', { employeeExternalId: ['KIT'] }, after);
    const moved = found.at(-1).position as number;
    for (let i = 0; i < 20; i++) await api.upsert([{ externalId: 'KIT', department: `Ward ${i}` }]);
    await api.upsert([
      { externalId: 'PEER', department: 'End' },
      { externalId: 'NEW', department: 'End' },
    ]);
    const [byOld, byNew, byPeer, bySelf] = feeds.map(({ received }) => received) as [Seen[], Seen[], Seen[], Seen[]];
    await eventually(
      () => Promise.resolve([byOld.at(-1), byNew.at(-1), bySelf.at(-1)]),
      ([a, b, c]) =>
        a?.employee?.externalId === 'PEER' && b?.employee?.externalId === 'NEW' && kit(bySelf).length === 22 && c !== undefined,
    );
    expect(kit(byOld).map(({ position }) => position)).toEqual([expect.any(Number)]);
    expect(kit(byOld).every(({ position }) => position < moved)).toBe(true);
    expect(kit(byNew).length).toBe(21);
    expect(kit(byNew).every(({ position }) => position >= moved)).toBe(true);
    expect(byPeer.every(({ employee }) => employee?.externalId === 'PEER')).toBe(true);
    feeds.forEach((feed) => feed.end());

    // who catches up later is told the same, and of a person who has left the team what was so then
    const late = old.subscribe<Seen>(CHANGED, { after });
    await eventually(
      () => Promise.resolve(late.received),
      (received) => received.some(({ employee }) => employee?.externalId === 'PEER'),
    );
    expect(kit(late.received).map(({ employee }) => employee?.department)).toEqual(['Before']);
    late.end();
  });

  it('compares two states of those only who are seen in both', async () => {
    await api.issue([{ employeeExternalId: 'KIT', typeCode: 'CPR', issuedOn: new Date().toISOString().slice(0, 10) }]);
    const diff = `{ eligibilityDiff(of: { roleCode: "NURSE" }, from: { at: "2021-01-01T00:00:00Z" }, to: {}) { nodes { employee { externalId } } } }`;
    const found = async (asking: Pick<Asking, 'query'>): Promise<string[]> =>
      (await asking.query(diff)).eligibilityDiff.nodes.map(({ employee }: any) => employee.externalId);
    expect(await found(server)).toEqual(['KIT']);
    expect(await found(await askAs(server, 'KIT'))).toEqual(['KIT']);
    // the one saw KIT only then, the other only sees KIT now
    for (const manager of ['OLD', 'NEW']) expect(await found(await askAs(server, manager))).toEqual([]);
  });

  it('tells a former manager nothing of what became of somebody since', async () => {
    const yearAgo = new Date(Date.now() - 365 * 86_400_000).toISOString();
    const [kit, statuses] = ['externalId: { value: "KIT" }', '[PRE_HIRE, ACTIVE]'];
    const asked = `{
      eligibility(employee: { ${kit} }, roleCode: "NURSE", at: "${yearAgo}") {
        verdict until untilVerdict nextEligibleAt untilBecause segments { to verdict } explanation { until } nearestWays { earliestAt }
      }
      careerPlan(employee: { ${kit} }, fromRoleCode: "NURSE", toRoleCode: "NURSE", at: "${yearAgo}") { earliestAt }
      eligibilities(at: "${yearAgo}", filter: { changesBefore: "2100-01-01T00:00:00Z" }) { totalCount nodes { verdict } }
      counts: eligibilityCounts(groupBy: ROLE, at: "${yearAgo}", filter: { changesBefore: "2100-01-01T00:00:00Z" }) { count }
      employee(by: { ${kit} }, at: "${yearAgo}") {
        eligibilities(filter: { changesBefore: "2100-01-01T00:00:00Z" }) { totalCount nodes { verdict } }
      }
      coverageForecast(roleCode: "NURSE", at: "${yearAgo}", horizon: "P3Y", minimum: 1, filter: { status: ${statuses} }) {
        days(changesOnly: true) { eligible }
      }
    }`;
    const fromHr = await server.query(asked);
    expect(fromHr.eligibility).toMatchObject({ verdict: 'NOT_ELIGIBLE', untilVerdict: 'ELIGIBLE', until: expect.any(String) });
    expect(fromHr.eligibilities.totalCount).toBe(1);
    expect(fromHr.coverageForecast[0].days.map(({ eligible }: any) => eligible)).toEqual([0, 1, 0]);
    const old = await (await askAs(server, 'OLD')).query(asked);
    expect(old.eligibility).toMatchObject({ verdict: 'NOT_ELIGIBLE', until: null, untilVerdict: null, nextEligibleAt: null });
    expect(old.eligibility.untilBecause).toEqual([]);
    expect(old.eligibility.segments.at(-1)).toEqual({ to: null, verdict: 'NOT_ELIGIBLE' });
    expect(old.eligibility.explanation.every(({ until }: any) => until === null)).toBe(true);
    expect(old.eligibility.nearestWays.every(({ earliestAt }: any) => earliestAt === null)).toBe(true);
    expect(old.careerPlan.earliestAt).toBeNull();
    const none = { totalCount: 0, nodes: [] };
    expect([old.eligibilities, old.employee.eligibilities, old.counts]).toEqual([none, none, []]);
    expect(old.coverageForecast[0].days.map(({ eligible }: any) => eligible)).toEqual([0]);
  });

  it('takes a role away at its own position, and gives it back by no cursor', async () => {
    await assign('HAL', 'HR');
    const hal = await askAs(server, 'HAL');
    const after = (await api.changes('position')).cursor;
    const feed = hal.subscribe<Seen>(CHANGED, { after });
    await api.upsert([{ externalId: 'PEER', department: 'Seen' }]);
    await eventually(
      () => Promise.resolve(feed.received),
      (received) => received.length === 1,
    );
    await assign('HAL', null);
    for (let i = 0; i < 10; i++) await api.upsert([{ externalId: 'PEER', department: `Unseen ${i}` }]);
    await api.upsert([{ externalId: 'HAL', department: 'End' }]);
    await eventually(
      () => Promise.resolve(feed.received),
      (received) => received.some(({ employee }) => employee?.department === 'End'),
    );
    expect(feed.received.filter(({ employee }) => employee?.externalId === 'PEER')).toHaveLength(1);
    feed.end();
    const again = hal.subscribe<Seen>(CHANGED, { after });
    await eventually(
      () => Promise.resolve(again.received),
      (received) => received.some(({ employee }) => employee?.department === 'End'),
    );
    expect(again.received.every(({ employee }) => employee?.externalId === 'HAL')).toBe(true);
    again.end();
  });

  it('shares no answer between who has lost a role and who has it still, on sockets opened before', async () => {
    await api.upsert([{ externalId: 'HEL', effectiveAt: SINCE }]);
    await api.upsert([{ externalId: 'HAL', managerExternalId: 'OLD' }]);
    for (const person of ['HAL', 'HEL']) await assign(person, 'HR');
    const asked =
      'subscription { changed(filter: { employeeExternalId: ["HAL"] }) { employee { department manager { externalId } } } }';
    const [hal, hel] = [(await askAs(server, 'HAL')).subscribe<any>(asked), (await askAs(server, 'HEL')).subscribe<any>(asked)];
    const told = (department: string) =>
      eventually(
        async () => [hal, hel].map(({ received }) => received.find(({ employee }) => employee?.department === department)),
        (found) => found.every((event) => event !== undefined),
      );
    let step = 0;
    await eventually(
      async () => {
        await api.upsert([{ externalId: 'HAL', department: `Opening ${step++}` }]);
        return [hal, hel];
      },
      (feeds) => feeds.every(({ received }) => received.length > 0),
    );
    await assign('HAL', null);
    // a change of a role is seen within two seconds
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    for (let i = 0; i < 5; i++) {
      await api.upsert([{ externalId: 'HAL', department: `Lost ${i}` }]);
      const [ofHal, ofHel] = await told(`Lost ${i}`);
      expect([ofHal.employee.manager, ofHel.employee.manager]).toEqual([null, { externalId: 'OLD' }]);
    }
    for (const feed of [hal, hel]) feed.end();
    await assign('HEL', null);
  });

  it('says of an erasure to nobody who sees only their reports that there was somebody', async () => {
    await api.upsert([{ externalId: 'STRANGER', effectiveAt: SINCE }]);
    const after = (await api.changes('position')).cursor;
    await server.query('mutation ($input: EraseEmployeeInput!) { eraseEmployee(input: $input) { cursor } }', {
      input: { employee: keyOf('STRANGER'), reason: 'a test' },
    });
    await api.upsert([{ externalId: 'PEER', department: 'After' }]);
    const types = async (asking: Pick<Asking, 'query'>): Promise<string[]> =>
      (
        await asking.query('query ($after: Cursor) { changes(after: $after) { changes { __typename } } }', { after })
      ).changes.changes.map(({ __typename }: any) => __typename);
    expect(await types(server)).toEqual(['ErasedChange', 'EmployeeChange']);
    expect(await types(await askAs(server, 'PEER'))).toEqual(['EmployeeChange']);
  });

  describe('the role in which somebody asks (G12)', () => {
    const map = async (of: object, role: string | null): Promise<void> => {
      const { mapAccessRole } = await server.query(
        'mutation ($input: MapAccessRoleInput!) { mapAccessRole(input: $input) { changed refusal { code } } }',
        { input: { of, role, reason: 'a test' } },
      );
      expect(mapAccessRole.refusal).toBeNull();
    };
    // a change is seen within two seconds, so that each step asks as somebody not asked for before: with one more group that says nothing
    let step = 0;
    const viewer = async (externalId: string, ...groups: string[]): Promise<any> => {
      const asking: Asking = askWith(
        server,
        `person ${await uuidOfPerson(server, externalId)} ${[...groups, `none-${step++}`].join(',')}`,
      );
      return (await asking.query('{ viewer { role because reach scopes employee { externalId } } }')).viewer;
    };

    it('is that of any employee unless something gives another', async () => {
      expect(await viewer('PEER')).toEqual({
        role: 'EMPLOYEE',
        because: ['EMPLOYEE: nothing gives another role'],
        reach: 'REPORTS',
        scopes: ['graph:read'],
        employee: { externalId: 'PEER' },
      });
    });

    it('follows what is said by hand before groups, and groups before the job title, and says what it overrules', async () => {
      await map({ jobTitle: 'HR partner' }, 'HR');
      expect(await viewer('HAL')).toMatchObject({ role: 'HR', reach: 'EVERYBODY', because: ['HR: job title "HR partner"'] });
      await map({ group: 'auditors' }, 'AUDITOR');
      await map({ group: 'admins' }, 'ADMIN');
      expect((await viewer('HAL', 'auditors')).because).toEqual([
        'AUDITOR: member of the group "auditors"',
        'overrules HR: job title "HR partner"',
      ]);
      expect((await viewer('HAL', 'auditors', 'admins', 'others')).because).toEqual([
        'ADMIN: member of the group "admins"',
        'overrules AUDITOR: member of the group "auditors"',
        'overrules HR: job title "HR partner"',
      ]);
      await assign('HAL', 'EMPLOYEE');
      const last = await viewer('HAL', 'admins');
      expect(last).toMatchObject({ role: 'EMPLOYEE', reach: 'REPORTS', scopes: ['graph:read'] });
      expect(last.because).toEqual([
        'EMPLOYEE: assigned by hand',
        'overrules ADMIN: member of the group "admins"',
        'overrules HR: job title "HR partner"',
      ]);
      await map({ group: 'admins' }, null);
      expect((await viewer('HAL', 'admins')).because).toEqual([
        'EMPLOYEE: assigned by hand',
        'overrules HR: job title "HR partner"',
      ]);
    });

    it('is refused without a reason, and for nobody', async () => {
      const give = async (input: object): Promise<any> =>
        (
          await server.query(
            'mutation ($input: AssignAccessRoleInput!) { assignAccessRole(input: $input) { changed refusal { code path } } }',
            { input },
          )
        ).assignAccessRole;
      expect(await give({ employee: keyOf('PEER'), role: 'HR', reason: ' ' })).toEqual({
        changed: false,
        refusal: { code: 'REASON_REQUIRED', path: ['reason'] },
      });
      expect((await give({ employee: keyOf('NOBODY'), role: 'HR', reason: 'x' })).refusal.code).toBe('UNKNOWN_EMPLOYEE');
      const peer = await askAs(server, 'PEER');
      const { errors } = await peer.send(
        'mutation { mapAccessRole(input: { of: { group: "g" }, role: ADMIN, reason: "me" }) { changed } }',
      );
      expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    });
  });
});
