// A rule that counts time shows what it means on three dates.
import { startTestApp, type TestApp } from '../kit/app';
import { talkTo, type Talk } from '../kit/seed';

describe('worked dates of a published rule', () => {
  let server: TestApp;
  let api: Talk;
  beforeAll(async () => {
    server = await startTestApp({ at: '2026-06-01T12:00:00Z' });
    api = talkTo(server);
    await api.defineTypes({ code: 'CPR' });
    await api.defineCourses({ code: 'LANDING', creditHours: 1 });
    await api.defineRoles('PILOT', 'GUARD');
  });
  afterAll(() => server.stop());

  it('come with the publication and with the role (D4)', async () => {
    const input = {
      roleCode: 'PILOT',
      warnBefore: 'P30D',
      rule: { credits: { courseCodes: ['LANDING'], min: 3, window: 'P90D' } },
    };
    const mutation =
      'mutation ($input: RuleDraftInput!) { publishRule(input: $input) { version { text examples } refusal { code } } }';
    const { publishRule } = await server.query(mutation, { input });
    expect(publishRule.version.examples).toEqual([
      'Examples: hours earned 2026-01-31 count through 2026-04-30; 2028-02-29 count through 2028-05-28; 2026-10-15 count through 2027-01-12.',
      'Examples: a lapse at the start of 2026-01-31 is warned of from 2026-01-01; 2028-02-29 is warned of from 2028-01-30; 2026-10-15 is warned of from 2026-09-15.',
    ]);
    const { role } = await server.query('{ role(code: "PILOT") { rule { text examples } } }');
    expect(role.rule).toEqual(publishRule.version);
  });

  it('are none where no time is counted', async () => {
    await api.publishRule('GUARD', { holds: { typeCode: 'CPR' } });
    expect(await server.query('{ role(code: "GUARD") { rule { examples } } }')).toEqual({ role: { rule: { examples: [] } } });
  });
});
