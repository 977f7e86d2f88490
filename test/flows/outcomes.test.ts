// Outcomes: what is opened for an owner when a verdict is reached, once, and what becomes of it.
import { startTestApp, type TestApp } from '../kit/app';
import { eventually, ingestDocument, talkTo, type IngestAnswer, type Talk } from '../kit/seed';

const NOW = '2026-06-01T12:00:00.000Z';
const DAY = 86_400_000;
const LATER = (days: number): string => new Date(Date.parse(NOW) + days * DAY).toISOString();
const holds = (typeCode: string) => ({ holds: { typeCode } });
const ITEM = `id kind verdict because occurredAt dueAt state closedAt closedBy reason employee { externalId } role { code } rule { code title }
  owner { externalId }`;
const TALK = { code: 'TALK', title: 'Talk about the move', kind: 'HRBP_TASK', when: ['ELIGIBLE', 'AT_RISK'] };
const OWNED = { owner: { manager: true }, fallbackOwner: 'HR' };

/** A small organisation: whoever holds A may be a NURSE, for a year, with a warning of a month. */
async function open(options: Parameters<typeof startTestApp>[0] = {}): Promise<Outcomes> {
  const server = await startTestApp({ at: NOW, ...options });
  const api = talkTo(server);
  await api.defineTypes({ code: 'A', renewal: { life: 'P1Y' } }, { code: 'B' });
  await api.defineRoles('NURSE', 'MEDIC');
  await api.upsert(['HR', 'M1', 'M2', 'LEAD'].map((externalId) => ({ externalId, effectiveAt: '2020-01-01T00:00:00Z' })));
  await api.publishRule('NURSE', holds('A'), { warnBefore: 'P30D' });
  await api.publishRule('MEDIC', holds('B'));
  return new Outcomes(server, api);
}

class Outcomes {
  constructor(
    readonly server: TestApp,
    readonly api: Talk,
  ) {}

  async define(...outcomes: readonly object[]): Promise<IngestAnswer['results']> {
    const input = { outcomes: outcomes.map((outcome) => ({ ...TALK, ...OWNED, ...outcome })) };
    return (await this.server.query(ingestDocument('defineOutcomes'), { input })).defineOutcomes.results;
  }

  hire(externalId: string, more: object = {}): Promise<IngestAnswer> {
    return this.api.upsert([{ externalId, managerExternalId: 'M1', effectiveAt: '2020-01-01T00:00:00Z', ...more }]);
  }

  issue(employeeExternalId: string, issuedOn: string, typeCode = 'A'): Promise<IngestAnswer> {
    return this.api.issue([{ employeeExternalId, typeCode, issuedOn }]);
  }

  async all(args = '', selection = ITEM): Promise<any[]> {
    return (await this.api.ask(`outcomes(first: 200${args && `, ${args}`}) { nodes { ${selection} } }`)).outcomes.nodes;
  }

  /** Person, definition, verdict and state of every outcome, a line each. */
  async lines(args = ''): Promise<string[]> {
    return (await this.all(args)).map(
      ({ employee, rule, verdict, state, occurredAt }) => `${employee.externalId} ${rule.code} ${verdict} ${state} ${occurredAt}`,
    );
  }

  async close(outcome: string, more: object = {}): Promise<{ outcome: any; refusal: { code: string; path: string[] } | null }> {
    const document = `mutation ($input: CloseOutcomeInput!) { closeOutcome(input: $input) { outcome { ${ITEM} } refusal { code path } cursor } }`;
    return (await this.server.query(document, { input: { outcome, reason: 'talked about it', ...more } })).closeOutcome;
  }

  async told(filter: object | null = null): Promise<any[]> {
    const selection = `occurredAt position ... on OutcomeChange { kind reason employee { externalId } outcome { id state } }
      ... on EligibilityChange { after } ... on DefinitionChange { kind code }`;
    return (await this.api.changes(selection, filter as never)).found;
  }
}

describe('outcomes', () => {
  let o: Outcomes;
  const start = async (options: Parameters<typeof startTestApp>[0] = {}): Promise<Outcomes> => (o = await open(options));
  afterEach(() => o.server.stop());

  it('are opened in the change that reaches the verdict, with all that its owner must know (D4)', async () => {
    await start();
    await o.define({ dueIn: 'P14D', roleCode: ['NURSE'] });
    await o.hire('E1');
    await o.issue('E1', '2026-06-01');
    const [item, ...others] = await o.all();
    expect(others).toEqual([]);
    expect(item).toMatchObject({
      kind: 'HRBP_TASK',
      verdict: 'ELIGIBLE',
      because: [expect.stringContaining('A')],
      occurredAt: '2026-06-01T00:00:00.000Z',
      dueAt: '2026-06-15T12:00:00.000Z',
      state: 'OPEN',
      closedAt: null,
      closedBy: null,
      reason: null,
      employee: { externalId: 'E1' },
      role: { code: 'NURSE' },
      rule: { code: 'TALK', title: 'Talk about the move' },
      owner: { externalId: 'M1' },
    });
    // behind the change of the verdict, in the same change
    const found = (await o.told()).slice(-2);
    expect(found.map(({ __typename, kind, after }) => kind ?? [__typename, after])).toEqual([
      ['EligibilityChange', 'ELIGIBLE'],
      'OUTCOME_OPENED',
    ]);
    const rows = await o.server.execute('SELECT DISTINCT change_id FROM log ORDER BY 1 DESC LIMIT 1');
    expect(await o.server.execute('SELECT recorded_in AS change_id FROM outcome')).toEqual(rows);
    // the verdict itself moved on with the facts, so nothing is open for the role that is not watched
    await o.issue('E1', '2026-06-01', 'B');
    expect(await o.all()).toHaveLength(1);
  });

  it('are opened by the clock at the instant of the boundary, and withdrawn at the next one, also by a clock that was late', async () => {
    await start();
    await o.define({ code: 'WARN', when: ['AT_RISK'], kind: 'DEVELOPMENT_PLAN_UPDATE' });
    await o.hire('E1');
    await o.issue('E1', '2026-01-01');
    await o.hire('E2');
    await o.issue('E2', '2025-07-15');
    expect(await o.lines()).toEqual([]);
    o.server.clock.set('2026-06-20T00:00:00Z');
    await eventually(
      () => o.lines(),
      (lines) => lines.length === 1,
    );
    expect(await o.lines()).toEqual(['E2 WARN AT_RISK OPEN 2026-06-15T00:00:00.000Z']);
    o.server.clock.set('2027-03-01T00:00:00Z');
    await eventually(
      () => o.lines(),
      (lines) => lines.length === 2 && lines.every((line) => line.includes('WITHDRAWN')),
    );
    expect(await o.all()).toMatchObject([
      {
        state: 'WITHDRAWN',
        closedAt: '2026-07-15T00:00:00.000Z',
        closedBy: null,
        reason: expect.stringContaining('AT_RISK became NOT_ELIGIBLE'),
      },
      { occurredAt: '2026-12-02T00:00:00.000Z', state: 'WITHDRAWN', closedAt: '2027-01-01T00:00:00.000Z' },
    ]);
    // told in order of time, each behind its cause
    const told = (await o.told({ employeeExternalId: ['E1'], roleCode: ['NURSE'] })).slice(-4);
    expect(told.map(({ kind, after, occurredAt }) => `${kind ?? after} ${occurredAt.slice(0, 10)}`)).toEqual([
      'AT_RISK 2026-12-02',
      'OUTCOME_OPENED 2026-12-02',
      'NOT_ELIGIBLE 2027-01-01',
      'OUTCOME_WITHDRAWN 2027-01-01',
    ]);
  });

  it('are opened by a publication, for few people and for many alike (E6)', async () => {
    const published = async (many: boolean) => {
      await start();
      for (const [i, externalId] of ['E1', 'E2', 'E3', 'E4'].entries()) {
        await o.hire(externalId, { department: i % 2 ? 'ICU' : 'ER', managerExternalId: ['M1', 'M2', 'NOBODY'][i % 3] });
      }
      await o.issue('E1', '2026-03-01');
      await o.issue('E3', '2026-03-01');
      await o.define(
        { dueIn: 'P7D' },
        { code: 'LOST', when: ['NOT_ELIGIBLE'], kind: 'NEXT_STEP_RECOMMENDATION', owner: { employeeExternalId: 'LEAD' } },
      );
      if (many) Object.assign(o.server.app.graph.publishing, { fewPeople: -1 });
      o.server.clock.advance(DAY);
      const icu = { attribute: { name: 'department', equals: 'ICU' } };
      for (const rule of [icu, { any: [holds('A'), icu] }, holds('B'), { not: holds('B') }]) {
        o.server.clock.advance(DAY);
        expect((await o.api.publishRule('NURSE', rule)).refusal).toBeNull();
      }
      const selection = `kind verdict because occurredAt dueAt state closedAt closedBy reason employee { externalId } role { code } rule { code } owner { externalId }`;
      const items = (await o.all('', selection)).map((item) => JSON.stringify(item)).sort();
      const told = (await o.told()).filter(
        ({ __typename }) => __typename === 'OutcomeChange' || __typename === 'EligibilityChange',
      );
      const lines = told.map(({ position, outcome, ...more }) => JSON.stringify({ ...more, state: outcome?.state })).sort();
      expect(await o.server.execute(WRONG_VERSIONS)).toEqual([{ wrong: 0 }]);
      return { items, lines };
    };
    const few = await published(false);
    await o.server.stop();
    const many = await published(true);
    expect(few.items.length).toBeGreaterThan(10);
    expect(few.items.join()).toContain('WITHDRAWN');
    expect(many.items).toEqual(few.items);
    expect(many.lines).toEqual(few.lines);
  });

  it('stay closed when somebody closes them while a rule is published for many', async () => {
    await start();
    const { graph } = o.server.app;
    await o.define({});
    for (const person of ['E1', 'E2']) await o.hire(person);
    for (const person of ['E1', 'E2']) await o.issue(person, '2026-05-01');
    const [item] = await o.all();
    const { openSnapshot } = graph;
    let isClosed = false;
    const closing = async () => {
      const snapshot = await openSnapshot();
      const close = async () => {
        await snapshot.close();
        // everybody is judged by now, and nobody is locked yet
        if (!isClosed) expect((await o.close(item.id)).refusal).toBeNull();
        isClosed = true;
      };
      return isClosed ? snapshot : { ...snapshot, close };
    };
    Object.assign(graph.publishing, { fewPeople: -1, onProgress: () => Object.assign(graph, { openSnapshot }) });
    Object.assign(graph, { openSnapshot: closing });
    expect((await o.api.publishRule('NURSE', holds('B'))).refusal).toBeNull();
    expect(isClosed).toBe(true);
    const since = '2026-05-01T00:00:00.000Z';
    expect(await o.lines()).toEqual([`E1 TALK ELIGIBLE DONE ${since}`, `E2 TALK ELIGIBLE WITHDRAWN ${since}`]);
    const kinds = (await o.told({ employeeExternalId: ['E1'] })).flatMap(({ __typename, kind }) =>
      __typename === 'OutcomeChange' ? kind : [],
    );
    expect(kinds).toEqual(['OUTCOME_OPENED', 'OUTCOME_CLOSED']);
    expect(await o.server.execute(WRONG_VERSIONS)).toEqual([{ wrong: 0 }]);
  });

  it('are opened once, however often and by however many the same is told, renewed, judged again and started again', async () => {
    await start();
    await o.define({});
    await o.hire('E1');
    const issue = (eventId: string) =>
      o.api.issue([{ employeeExternalId: 'E1', typeCode: 'A', issuedOn: '2026-03-01', eventId }], { source: 'board' });
    await Promise.all([1, 2, 3, 4, 5, 6].flatMap((n) => [issue('one'), issue(`other ${n}`), o.issue('E1', '2026-03-01')]));
    const lines = ['E1 TALK ELIGIBLE OPEN 2026-03-01T00:00:00.000Z'];
    expect(await o.lines()).toEqual(lines);
    await o.define({});
    await o.api.publishRule('NURSE', { any: [holds('A'), holds('B')] }, { warnBefore: 'P30D' });
    await o.hire('E1', { department: 'ICU', effectiveAt: NOW });
    // the warning comes, and a renewal takes it back: the person was eligible all the time
    o.server.clock.set('2027-02-10T00:00:00Z');
    await eventually(
      () => o.api.changes('occurredAt', { kind: ['TRANSITION'] }),
      ({ found }) => found.length === 2,
    );
    const [item] = await o.all();
    expect(item.state).toBe('OPEN');
    await o.close(item.id);
    lines[0] = lines[0]!.replace('OPEN', 'DONE');
    await o.issue('E1', '2027-02-10');
    expect(await o.lines()).toEqual(lines);
    await expect(
      o.server.execute(
        `INSERT INTO outcome SELECT gen_random_uuid(), rule_id, kind, employee_id, role_id, verdict, because, occurred_at, owner_id, due_at, state,
           closed_at, closed_by, reason, recorded_in, NULL FROM outcome`,
      ),
    ).rejects.toThrow('outcome_once');
    const { databaseUrl } = o.server;
    const again = await startTestApp({ at: '2027-02-11T00:00:00Z', databaseUrl });
    try {
      const second = new Outcomes(again, talkTo(again));
      await second.issue('E1', '2026-03-01');
      expect(await second.lines()).toEqual(lines);
      expect((await second.told()).filter(({ kind }) => kind === 'OUTCOME_OPENED')).toHaveLength(1);
    } finally {
      await again.stop();
    }
  });

  it('are withdrawn with the cause when the verdict is left, and open again when it turns out that it was not', async () => {
    await start();
    await o.api.defineRoles('ICU');
    await o.api.publishRule('ICU', { attribute: { name: 'department', equals: 'ICU' } });
    await o.define({ roleCode: ['ICU'] });
    const since = '2026-05-01T00:00:00.000Z';
    const move = (department: string, effectiveAt = since) => o.hire('E1', { department, effectiveAt });
    await move('ICU');
    const [opened] = await o.all();
    expect(opened).toMatchObject({ state: 'OPEN', occurredAt: since });
    await move('ER');
    const [withdrawn] = await o.all();
    expect(withdrawn).toMatchObject({ id: opened.id, state: 'WITHDRAWN', closedAt: since, closedBy: null });
    expect(withdrawn.reason).toMatch(/^ELIGIBLE became NOT_ELIGIBLE; .*department/);
    await move('ICU');
    expect(await o.all()).toMatchObject([{ id: opened.id, state: 'OPEN', occurredAt: since, closedAt: null, reason: null }]);
    // what somebody has closed stays closed, for that verdict; a verdict that begins later is another one
    await o.close(opened.id);
    await move('ER');
    await move('ICU');
    expect(await o.lines()).toEqual([`E1 TALK ELIGIBLE DONE ${since}`]);
    await move('ER', '2026-05-20T00:00:00Z');
    await move('ICU', '2026-05-28T00:00:00Z');
    expect(await o.lines()).toEqual([`E1 TALK ELIGIBLE DONE ${since}`, 'E1 TALK ELIGIBLE OPEN 2026-05-28T00:00:00.000Z']);
    const kinds = (await o.told({ roleCode: ['ICU'] })).flatMap(({ __typename, kind }) =>
      __typename === 'OutcomeChange' ? kind : [],
    );
    expect(kinds.map((kind) => kind.slice('OUTCOME_'.length))).toEqual(['OPENED', 'WITHDRAWN', 'OPENED', 'CLOSED', 'OPENED']);
  });

  it('belong to the primary manager as of the instant, to the fallback where there is none, or to whom the definition names', async () => {
    await start();
    await o.define({}, { code: 'FIXED', owner: { employeeExternalId: 'LEAD' }, fallbackOwner: null });
    await o.hire('E1', { managerExternalId: 'M1' });
    await o.hire('E1', { managerExternalId: 'M2', effectiveAt: '2026-05-15T00:00:00Z' });
    await o.hire('E2', { managerExternalId: null });
    await o.hire('E3', { managerExternalId: 'NOT-YET-KNOWN' });
    for (const person of ['E1', 'E2', 'E3']) await o.issue(person, '2026-05-01');
    await o.hire('E4', { managerExternalId: 'M2', effectiveAt: '2026-05-15T00:00:00Z' });
    await o.issue('E4', '2026-05-16');
    const owners = async () => {
      const found = await o.all('', 'employee { externalId } rule { code } owner { externalId }');
      return Object.fromEntries(
        found.map(({ employee, rule, owner }) => [`${employee.externalId} ${rule.code}`, owner.externalId]),
      );
    };
    expect(await owners()).toEqual({
      'E1 TALK': 'M1',
      'E2 TALK': 'HR',
      'E3 TALK': 'HR',
      'E4 TALK': 'M2',
      'E1 FIXED': 'LEAD',
      'E2 FIXED': 'LEAD',
      'E3 FIXED': 'LEAD',
      'E4 FIXED': 'LEAD',
    });
    // who becomes known or takes over later does not inherit what is open
    await o.api.upsert([{ externalId: 'NOT-YET-KNOWN' }]);
    expect(await owners()).toMatchObject({ 'E1 TALK': 'M1', 'E3 TALK': 'HR' });
    const of = (externalId: string) => o.lines(`filter: { owner: { externalId: { value: "${externalId}" } } }`);
    expect(await of('M1')).toHaveLength(1);
    expect(await of('LEAD')).toHaveLength(4);
    expect(await of('nobody')).toEqual([]);
  });

  it("are their manager's and have all the time they are given where a rule has held since ever for whom nobody knew (D4)", async () => {
    await start();
    await o.api.defineRoles('OPEN-TO-ALL', 'CLEAN');
    await o.api.publishRule('OPEN-TO-ALL', { not: holds('B') });
    await o.api.publishRule('CLEAN', { noOpen: { trigger: 'SPILL', resolver: 'LESSON' } });
    await o.define({ dueIn: 'P14D', roleCode: ['OPEN-TO-ALL', 'CLEAN'] });
    await o.hire('PAST', { effectiveAt: '2026-05-01T00:00:00Z' });
    await o.hire('PAST', { managerExternalId: 'M2', effectiveAt: '2026-05-10T00:00:00Z' });
    await o.hire('NOW', { effectiveAt: null });
    await o.hire('AHEAD', { effectiveAt: '2026-07-01T00:00:00Z' });
    const found = await o.all();
    expect(
      found.map(({ employee, role, owner, dueAt }) => `${employee.externalId} ${role.code} ${owner.externalId} ${dueAt}`).sort(),
    ).toEqual(
      ['CLEAN', 'OPEN-TO-ALL']
        .flatMap((role) => [
          `PAST ${role} M1 ${LATER(14)}`,
          `NOW ${role} M1 ${LATER(14)}`,
          `AHEAD ${role} M1 2026-07-15T00:00:00.000Z`,
        ])
        .sort(),
    );
    // what tells them apart is the beginning of the verdict: the same told again opens nothing
    expect(new Set(found.map(({ occurredAt }) => occurredAt))).toEqual(new Set(['1900-01-01T00:00:00.000Z']));
    await o.api.publishRule('CLEAN', { any: [{ noOpen: { trigger: 'SPILL', resolver: 'LESSON' } }, holds('A')] });
    expect(await o.all()).toHaveLength(6);
  });

  it('are closed once, with a reason, between their beginning and now', async () => {
    await start();
    await o.define({});
    await o.hire('E1');
    await o.issue('E1', '2026-05-01');
    const [{ id }] = await o.all();
    const refused = async (outcome: string, more: object = {}) => (await o.close(outcome, more)).refusal;
    expect(await refused(id, { reason: ' ' })).toEqual({ code: 'REASON_REQUIRED', path: ['reason'] });
    expect(await refused(id, { reason: 'x'.repeat(4_001) })).toEqual({ code: 'VALUE_TOO_LONG', path: ['reason'] });
    expect(await refused(id, { reason: '\u0000' })).toEqual({ code: 'UNSTORABLE_VALUE', path: ['reason'] });
    expect(await refused('out_nothing')).toEqual({ code: 'OUTCOME_NOT_FOUND', path: ['outcome'] });
    expect(await refused(`out_${id.slice(4, -1)}${id.endsWith('0') ? 1 : 0}`)).toEqual({
      code: 'OUTCOME_NOT_FOUND',
      path: ['outcome'],
    });
    for (const effectiveAt of ['2026-04-30T23:59:59Z', '2026-06-01T12:00:01Z'])
      expect(await refused(id, { effectiveAt })).toEqual({ code: 'OUTCOME_NOT_OPEN', path: ['effectiveAt'] });
    const answers = await Promise.all(
      [1, 2, 3].map(() => o.close(id, { reason: ' talked ', effectiveAt: '2026-05-10T00:00:00Z' })),
    );
    expect(answers.map(({ refusal }) => refusal?.code ?? null).sort()).toEqual(['OUTCOME_CLOSED', 'OUTCOME_CLOSED', null]);
    expect(answers.find(({ outcome }) => outcome !== null)?.outcome).toMatchObject({
      state: 'DONE',
      reason: 'talked',
      closedBy: 'key:admin',
      closedAt: '2026-05-10T00:00:00.000Z',
    });
    // the verdict may go: what is done stays done
    await o.api.revoke(['E1', 'A'], 'withdrawn');
    expect(await o.lines()).toEqual(['E1 TALK ELIGIBLE DONE 2026-05-01T00:00:00.000Z']);
    expect(await o.server.execute(WRONG_VERSIONS)).toEqual([{ wrong: 0 }]);
  });

  it('are read as they were at an instant, as known at an instant, filtered, paged, from the person and by id', async () => {
    await start();
    await o.define({ dueIn: 'P10D' }, { code: 'NEXT', when: ['NOT_ELIGIBLE'], kind: 'NEXT_STEP_RECOMMENDATION' });
    for (const person of ['E1', 'E2', 'E3']) await o.hire(person);
    await o.issue('E1', '2026-05-01');
    o.server.clock.advance(DAY / 2);
    for (const [i, person] of ['E2', 'E3'].entries()) await o.issue(person, `2026-05-0${i + 2}`);
    o.server.clock.advance(DAY / 2);
    const [first] = await o.all();
    await o.close(first.id, { effectiveAt: '2026-05-20T00:00:00Z' });
    await o.api.revoke(['E2', 'A'], 'fraud');
    const states = async (args: string) => (await o.all(args, 'state')).map(({ state }) => state);
    expect(await states('filter: { kind: HRBP_TASK }')).toEqual(['DONE', 'WITHDRAWN', 'OPEN']);
    expect(await states('at: "2026-05-19T00:00:00Z", filter: { kind: HRBP_TASK }')).toEqual(['OPEN', 'OPEN', 'OPEN']);
    expect(await states('at: "2026-05-02T00:00:00Z"')).toEqual(['OPEN', 'OPEN']);
    expect(await states(`knownAt: "${LATER(0.5)}"`)).toEqual(['OPEN', 'OPEN', 'OPEN']);
    expect(await states(`knownAt: "2026-05-31T00:00:00Z"`)).toEqual([]);
    const found = (filter: string) => o.lines(`filter: { ${filter} }`);
    expect(await found('state: [OPEN]')).toEqual([
      'E3 TALK ELIGIBLE OPEN 2026-05-03T00:00:00.000Z',
      `E2 NEXT NOT_ELIGIBLE OPEN ${LATER(1)}`,
    ]);
    expect(await found(`dueBefore: "${LATER(10.4)}"`)).toHaveLength(1);
    expect(await found('employeeExternalId: "E2"')).toHaveLength(2);
    expect(await found('employeeExternalId: "nobody"')).toEqual([]);
    expect(await found('roleCode: ["MEDIC"]')).toEqual([]);
    expect(await found('roleCode: ["NURSE"], kind: [NEXT_STEP_RECOMMENDATION]')).toHaveLength(1);
    const page = await o.api.ask('outcomes(first: 3) { totalCount pageInfo { endCursor hasNextPage } nodes { id } }');
    const rest = await o.api.ask(`outcomes(first: 3, after: "${page.outcomes.pageInfo.endCursor}") { totalCount nodes { id } }`);
    expect([page.outcomes.totalCount, page.outcomes.pageInfo.hasNextPage, rest.outcomes.nodes.length]).toEqual([4, true, 1]);
    const own = 'outcomes(filter: { state: [OPEN] }) { totalCount nodes { kind } }';
    expect((await o.api.person('E2', own)).outcomes).toEqual({ totalCount: 1, nodes: [{ kind: 'NEXT_STEP_RECOMMENDATION' }] });
    expect((await o.api.person('E2', own, { at: '2026-05-10T00:00:00Z' })).outcomes.nodes).toEqual([{ kind: 'HRBP_TASK' }]);
    const node = `query ($id: ID!) { node(id: $id) { id ... on Outcome { state rule { id } } ... on OutcomeRule { code owner { id } fallbackOwner { externalId } } } }`;
    const byId = (await o.server.query(node, { id: first.id })).node;
    expect(byId).toMatchObject({ id: first.id, state: 'DONE' });
    expect((await o.server.query(node, { id: byId.rule.id })).node).toMatchObject({
      code: 'TALK',
      owner: null,
      fallbackOwner: { externalId: 'HR' },
    });
    // a next step comes with the ways to it
    const [next] = await o.all(
      'filter: { kind: [NEXT_STEP_RECOMMENDATION] }',
      'eligibility { verdict nearestWays { steps { kind text } } }',
    );
    expect(next.eligibility).toMatchObject({
      verdict: 'NOT_ELIGIBLE',
      nearestWays: [{ steps: [{ text: expect.stringContaining('A') }] }],
    });
  });

  it('are in the log like every fact about a person: filtered by role, person and kind, delivered live, sealed with the key', async () => {
    await start();
    await o.define({ roleCode: ['NURSE'] });
    await o.hire('E1', { department: 'ICU' });
    await o.hire('E2');
    const live = o.server.subscribe(
      'subscription { changed(filter: { kind: ["OUTCOME_OPENED"] }) { ... on OutcomeChange { kind employee { externalId } } } }',
    );
    await o.issue('E1', '2026-05-01');
    await o.issue('E2', '2026-05-01');
    const count = async (filter: object) =>
      (await o.told(filter)).filter(({ __typename }) => __typename === 'OutcomeChange').length;
    expect(await count({ roleCode: ['NURSE'] })).toBe(2);
    expect(await count({ roleCode: ['MEDIC'] })).toBe(0);
    expect(await count({ employeeExternalId: ['E1'], department: ['ICU'] })).toBe(1);
    expect(await count({ kind: ['OUTCOME_OPENED'] })).toBe(2);
    expect((await o.told({ kind: ['OUTCOME_RULE_DEFINED'] })).map(({ code }) => code)).toEqual(['TALK']);
    expect(await live.atLeast(1)).toContainEqual({ kind: 'OUTCOME_OPENED', employee: { externalId: 'E2' } });
    const sealed = await o.server.execute(
      `SELECT DISTINCT body_format, subject = entity AS own FROM log WHERE kind IN ('outcome.opened', 'eligibility.changed')`,
    );
    expect(sealed).toEqual([{ body_format: sealed[0].body_format, own: true }]);
    expect(
      await o.server.execute(`SELECT 1 FROM log WHERE kind = 'outcome.opened' AND position('TALK'::bytea IN body) > 0`),
    ).toEqual([]);
  });

  it('are refused, as data, where they could not work', async () => {
    await start();
    const refusals = async (...outcomes: object[]) =>
      (await o.define(...outcomes)).map(({ refusal }) => refusal && [refusal.code, ...refusal.path]);
    expect(
      await refusals(
        { owner: null },
        { owner: { manager: false } },
        { fallbackOwner: null },
        { owner: { employeeExternalId: 'NOBODY' } },
        { fallbackOwner: 'NOBODY' },
        { when: [] },
        { roleCode: [] },
        { from: ['AT_RISK', 'ELIGIBLE'] },
        { roleCode: ['NURSE', 'NO-ROLE'] },
        { code: ' ' },
        { code: 'x'.repeat(401) },
        { title: 'x'.repeat(4_001) },
      ),
    ).toEqual([
      ['OUTCOME_OWNER_REQUIRED', 'owner'],
      ['OUTCOME_OWNER_REQUIRED', 'owner'],
      ['OUTCOME_OWNER_REQUIRED', 'fallbackOwner'],
      ['UNKNOWN_EMPLOYEE', 'owner', 'employeeExternalId'],
      ['UNKNOWN_EMPLOYEE', 'fallbackOwner'],
      ['OUTCOME_NEVER_OPENS', 'when'],
      ['OUTCOME_NEVER_OPENS', 'roleCode'],
      ['OUTCOME_NEVER_OPENS', 'from'],
      ['UNKNOWN_ROLE', 'roleCode'],
      ['INVALID_CODE', 'code'],
      ['VALUE_TOO_LONG', 'code'],
      ['VALUE_TOO_LONG', 'title'],
    ]);
    expect((await o.api.ask('outcomeRules { totalCount }')).outcomeRules.totalCount).toBe(0);
  });

  it('follow their definition from then on; the same one changes nothing, and one no longer in use opens nothing', async () => {
    await start();
    const outcome = async (more: object = {}) => (await o.define(more))[0]!.outcome;
    for (const person of ['E1', 'E2', 'E3']) await o.hire(person);
    await o.issue('E1', '2026-05-01');
    expect(await outcome({ from: ['UNKNOWN', 'NOT_ELIGIBLE'] })).toBe('APPLIED');
    expect(await o.lines()).toEqual([]);
    expect(await outcome({ from: ['NOT_ELIGIBLE', 'UNKNOWN', 'UNKNOWN'], when: ['AT_RISK', 'ELIGIBLE'], active: true })).toBe(
      'UNCHANGED',
    );
    await o.issue('E2', '2026-05-02');
    expect(await outcome({ active: false })).toBe('APPLIED');
    await o.issue('E3', '2026-05-03');
    expect(await o.lines()).toEqual(['E2 TALK ELIGIBLE OPEN 2026-05-02T00:00:00.000Z']);
    await o.api.revoke(['E2', 'A'], 'withdrawn');
    expect(await o.lines()).toEqual(['E2 TALK ELIGIBLE WITHDRAWN 2026-05-02T00:00:00.000Z']);
    o.server.clock.advance(DAY);
    const rules = async (args = '') =>
      (await o.api.ask(`outcomeRules${args} { nodes { code active from when roleCode kind dueIn } }`)).outcomeRules.nodes;
    expect(await rules()).toEqual([
      { code: 'TALK', active: false, from: null, when: ['AT_RISK', 'ELIGIBLE'], roleCode: null, kind: 'HRBP_TASK', dueIn: null },
    ]);
    expect(await outcome({ title: 'Another' })).toBe('APPLIED');
    expect((await rules(`(knownAt: "${NOW}")`))[0].active).toBe(false);
  });

  it('are not left by what is only supposed', async () => {
    await start();
    await o.define({});
    await o.hire('E1');
    const answer = await o.server.query(
      `{ whatIf(input: { of: { employee: { externalId: { value: "E1" } } }, suppose: [{ grant: { typeCode: "A" } }] }) { gainedNow affected { nodes { after } } } }`,
    );
    expect(answer.whatIf).toMatchObject({ gainedNow: 1 });
    expect(await o.lines()).toEqual([]);
    expect(await o.server.execute('SELECT 1 FROM outcome')).toEqual([]);
  });

  it('go with their write when it fails', async () => {
    let isBroken = false;
    await start({
      reactions: [async () => Promise.resolve(isBroken ? Promise.reject(new Error('broken on purpose')) : undefined)],
    });
    await o.define({});
    await o.hire('E1');
    isBroken = true;
    const input = { source: 'issuer', credentials: [{ employeeExternalId: 'E1', typeCode: 'A', issuedOn: '2026-05-01' }] };
    expect((await o.server.send(ingestDocument('issueCredentials'), { input })).errors?.[0]?.extensions.code).toBe('INTERNAL');
    isBroken = false;
    expect(await o.server.execute('SELECT 1 FROM outcome')).toEqual([]);
    await o.issue('E1', '2026-05-01');
    expect(await o.lines()).toHaveLength(1);
  });

  it('open items and change nothing about a person: no rule writes a job, a pay or a role (D5)', async () => {
    await start();
    await o.define({}, { code: 'PLAN', kind: 'DEVELOPMENT_PLAN_UPDATE' });
    await o.hire('E1', { jobTitle: 'Aide', roleCodes: ['AIDE'], attributes: { salary: 1 } });
    const about = 'jobTitle jobFamily roleCodes costCenter employmentType attributes';
    const before = await o.api.person('E1', about);
    const facts = () =>
      o.server.execute('SELECT count(*)::int AS facts, (SELECT count(*)::int FROM employee_state) AS states FROM employee_fact');
    const told = await facts();
    await o.issue('E1', '2026-05-01');
    const items = await o.all();
    expect(items).toHaveLength(2);
    for (const { id } of items) await o.close(id);
    expect(await o.api.person('E1', about)).toEqual(before);
    expect(await facts()).toEqual(told);
  });
});

const WRONG_VERSIONS = `SELECT count(*)::int AS wrong FROM employee e WHERE version <> (SELECT count(*) FROM log l WHERE l.entity = e.id)
  OR EXISTS (SELECT 1 FROM log a JOIN log b ON a.entity = b.entity AND a.pos < b.pos AND a.entity_version >= b.entity_version WHERE a.entity = e.id)`;
