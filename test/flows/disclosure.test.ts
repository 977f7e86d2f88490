// What a rule asks for may be nobody's business but HR's: the explanation then says only that there is a condition.
import { startTestApp, type TestApp } from '../kit/app';
import { talkTo, type Talk } from '../kit/seed';

describe('disclosure per condition', () => {
  let server: TestApp;
  let api: Talk;
  beforeAll(async () => {
    server = await startTestApp({ at: '2026-06-01T12:00:00Z' });
    api = talkTo(server);
    await api.defineTypes({ code: 'CPR' }, { code: 'CLEARANCE' });
    await api.defineRoles('GUARD');
    const secret = { disclosed: { to: 'HR', rule: { holds: { typeCode: 'CLEARANCE' } } } };
    expect((await api.publishRule('GUARD', { all: [{ holds: { typeCode: 'CPR' } }, secret] })).refusal).toBeNull();
    await api.upsert([{ externalId: 'E1' }]);
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
});
