// What a rule asks for may be nobody's business but HR's: the explanation then says only that there is a condition.
import { startTestApp, type TestApp } from '../kit/app';
import { askAs, byPerson } from '../kit/persons';
import { ingestDocument, talkTo, type Talk } from '../kit/seed';

describe('disclosure per condition', () => {
  let server: TestApp;
  let api: Talk;
  beforeAll(async () => {
    server = await startTestApp({ at: '2026-06-01T12:00:00Z', authenticate: byPerson });
    api = talkTo(server);
    await api.defineTypes({ code: 'CPR' }, { code: 'CLEARANCE' });
    await api.defineRoles('GUARD');
    const secret = { disclosed: { to: 'HR', rule: { holds: { typeCode: 'CLEARANCE' } } } };
    expect((await api.publishRule('GUARD', { all: [{ holds: { typeCode: 'CPR' } }, secret] })).refusal).toBeNull();
    await api.upsert([
      { externalId: 'BOSS' },
      { externalId: 'E1', managerExternalId: 'BOSS', effectiveAt: '2026-01-01T00:00:00Z' },
    ]);
    await server.query(ingestDocument('defineOutcomes'), {
      input: {
        outcomes: [
          { code: 'TALK', title: 'Talk', kind: 'HRBP_TASK', when: ['ELIGIBLE'], owner: { manager: true }, fallbackOwner: 'BOSS' },
        ],
      },
    });
    await api.issue([
      { employeeExternalId: 'E1', typeCode: 'CPR', issuedOn: '2026-01-01', expiresOn: '2027-12-31' },
      { employeeExternalId: 'E1', typeCode: 'CLEARANCE', issuedOn: '2026-01-01', expiresOn: '2026-12-31' },
    ]);
  });
  afterAll(() => server.stop());

  const told = (audience: string) =>
    api.eligibility(
      'E1',
      'GUARD',
      `untilBecause(audience: ${audience}) explanation(audience: ${audience}) { op text verdict factIds }`,
    );

  it('shows HR everything, by default and when asked for (D5)', async () => {
    const all = await told('HR');
    expect(all.explanation.map(({ op }: { op: string }) => op)).toEqual(['all', 'holds', 'disclosed', 'holds']);
    expect(await api.eligibility('E1', 'GUARD', 'untilBecause explanation { op text verdict factIds }')).toEqual(all);
  });

  it('tells an employee that there is a condition, its state, and no more: neither text, nor facts, nor what it is about (D5)', async () => {
    const { explanation, untilBecause } = await told('EMPLOYEE');
    expect(explanation.slice(2)).toEqual([
      { op: 'disclosed', text: 'a condition that is not disclosed', verdict: 'ELIGIBLE', factIds: [] },
    ]);
    expect(untilBecause).toEqual(['a condition that is not disclosed changes']);
    expect(JSON.stringify({ explanation, untilBecause })).not.toMatch(/CLEARANCE/i);
  });

  it('shows whoever asks for themselves or their reports no more than that, whatever audience they ask for', async () => {
    for (const person of ['E1', 'BOSS']) {
      const asking = await askAs(server, person);
      const answer = await asking.query(`{
        eligibility(employee: { externalId: { value: "E1" } }, roleCode: "GUARD") {
          untilBecause(audience: HR) explanation(audience: HR) { op text factIds } nearestWays { steps { text code } }
          role { rule { text ast hash examples } } }
        careerPlan(employee: { externalId: { value: "E1" } }, toRoleCode: "GUARD", fromRoleCode: "GUARD", audience: HR) { stages { way { steps { text } } } }
        coverageForecast(roleCode: ["GUARD"], minimum: 1) { lapses { nodes { because(audience: HR) } } }
        eligibilityDiff(of: { roleCode: "GUARD" }, from: { at: "2025-01-01T00:00:00Z" }, to: {}) { nodes { because learnedBecause } }
        outcomes { nodes { because reason employee { externalId } } }
        changes(filter: { kind: ["TRANSITION", "CORRECTION", "FORECAST", "OUTCOME_OPENED"] }) { changes { __typename ... on EligibilityChange { because } ... on OutcomeChange { reason outcome { because } } } } }`);
      const { rule } = answer.eligibility.role;
      expect(rule.text).toBe('holds CPR certification and a condition that is not disclosed');
      expect(rule.hash).not.toBe((await api.ask('role(code: "GUARD") { rule { hash } }')).role.rule.hash);
      expect(rule.ast).toEqual({ all: [{ holds: { strict: false, typeCode: 'CPR' } }, { disclosed: { to: 'HR' } }] });
      expect(answer.outcomes.nodes).toEqual([
        { because: ['a condition that is not disclosed'], reason: null, employee: { externalId: 'E1' } },
      ]);
      expect(answer.changes.changes.length).toBeGreaterThan(1);
      expect(JSON.stringify(answer)).not.toMatch(/CLEARANCE/i);
    }
  });

  it('says no more of what is missing, and of what was learned late', async () => {
    await api.defineRoles('CHIEF');
    await api.definePath('UP', ['GUARD', 'CHIEF']);
    await api.publishRule('CHIEF', { disclosed: { to: 'HR', rule: { holds: { typeCode: 'CLEARANCE' } } } });
    const key = '{ externalId: { value: "E2" } }';
    await api.upsert([{ externalId: 'E2', managerExternalId: 'BOSS', effectiveAt: '2026-01-01T00:00:00Z' }]);
    await api.issue([{ employeeExternalId: 'E2', typeCode: 'CPR', issuedOn: '2026-01-01' }]);
    const ways = `eligibility(employee: ${key}, roleCode: "GUARD") { nearestWays(audience: HR) { steps { kind text code } } }
      careerPlan(employee: ${key}, toRoleCode: "CHIEF", fromRoleCode: "GUARD", audience: HR) { stages { way { steps { kind text code } } } }`;
    for (const person of ['E2', 'BOSS']) {
      const { eligibility, careerPlan } = await (await askAs(server, person)).query(`{ ${ways} }`);
      const steps = [eligibility.nearestWays, careerPlan.stages.map(({ way }: any) => way)].flatMap((all) =>
        all.flatMap((way: any) => way.steps),
      );
      expect(steps.length).toBeGreaterThan(1);
      for (const step of steps) expect(step).toMatchObject({ kind: 'UNDISCLOSED', code: null });
    }
    const before = server.clock.now();
    server.clock.set('2026-06-02T12:00:00Z');
    await api.issue([{ employeeExternalId: 'E2', typeCode: 'CLEARANCE', issuedOn: '2026-01-01' }]);
    const at = '2026-06-01T18:00:00Z';
    const learned = `eligibilityDiff(of: { employee: ${key} }, from: { at: "${at}", knownAt: "${new Date(before).toISOString()}" }, to: { at: "${at}" }) { nodes { learnedBecause } }`;
    expect(JSON.stringify(await api.ask(learned))).toMatch(/CLEARANCE/);
    for (const person of ['E2', 'BOSS']) {
      const { eligibilityDiff } = await (await askAs(server, person)).query(`{ ${learned} }`);
      expect(eligibilityDiff.nodes).toEqual([1, 2].map(() => ({ learnedBecause: ['a condition that is not disclosed'] })));
    }
  });

  it('works out no dates of what is not disclosed', async () => {
    await api.defineRoles('HELD');
    await api.publishRule('HELD', {
      disclosed: { to: 'HR', rule: { heldFor: { rule: { holds: { typeCode: 'CPR' } }, duration: 'P6M' } } },
    });
    const examples = async (asking: Pick<TestApp, 'query'>): Promise<string[]> =>
      (await asking.query('{ role(code: "HELD") { rule { examples } } }')).role.rule.examples;
    expect(await examples(server)).toHaveLength(1);
    expect(await examples(await askAs(server, 'E1'))).toEqual([]);
  });
});
