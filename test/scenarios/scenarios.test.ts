// Real regulations through the public API: each file of this folder is one, with expectations that come from its text and the calendar.
import { startTestApp, type TestApp } from '../kit/app';
import { eventually } from '../kit/seed';
import { beginning, eventsOf, expectedEvents, replay, type Outcome } from './replay';
import { readScenarios } from './scenario';

const scenarios = readScenarios().filter(({ file }) => new RegExp(process.env['SCENARIO'] ?? '').test(file));
const zones = [...new Set(scenarios.map(({ zone }) => zone))];

describe.each(zones)('regulations in %s', (zone) => {
  const own = scenarios.filter((scenario) => scenario.zone === zone);
  let server: TestApp;
  let outcomes: Map<string, Outcome[] | Error>;
  beforeAll(async () => {
    server = await startTestApp({ zone, at: new Date(beginning(own)).toISOString() });
    outcomes = await replay(server, own);
  }, 120_000);
  afterAll(() => server.stop());

  it.each(own.map((scenario) => [scenario.title, scenario] as const))('%s', async (_title, { file, events, ...scenario }) => {
    const found = outcomes.get(file)!;
    if (found instanceof Error) throw found;
    expect(found.map(({ about, answered }) => ({ about, ...answered }))).toEqual(
      found.map(({ about, expected }) => ({ about, ...expected })),
    );
    expect(found.length).toBeGreaterThan(0);
    for (const who of Object.keys(events ?? {})) {
      const wanted = expectedEvents({ ...scenario, file, events }, who);
      const said = await eventually(
        () => eventsOf(server, { ...scenario, file }, who),
        (seen) => seen.length >= wanted.length,
      );
      expect(said).toMatchObject(wanted);
      expect(said).toHaveLength(wanted.length);
    }
  });
});
