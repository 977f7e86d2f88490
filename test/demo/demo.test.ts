import { readFileSync } from 'node:fs';
import { Writable } from 'node:stream';

import { runDemo, type DemoOutcome } from '../../demo/run';
import { startTestApp, type TestApp } from '../kit/app';

const COUNTS = `query {
  employees { totalCount }
  atWork: employees(filter: { status: [ACTIVE] }) { totalCount }
  credentialTypes { totalCount }
  roles { totalCount }
  credentials { totalCount }
  credentialCounts(groupBy: [STATUS]) { keys count }
  eligibilities(filter: { verdict: [ELIGIBLE, AT_RISK] }) { totalCount }
}`;

function operation(name: string): { document: string; variables: object } {
  const read = (ending: string) => readFileSync(`test/operations/${name}.${ending}`, 'utf8');
  return { document: read('graphql'), variables: JSON.parse(read('variables.json')) as object };
}

describe('the demo on the real server', () => {
  let app: TestApp;
  let printed: string;

  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app.stop());

  function demo(isLive: boolean, seconds: number): Promise<DemoOutcome> {
    printed = '';
    const out = new Writable({
      write(chunk: Buffer, _, done) {
        printed += chunk.toString();
        done();
      },
    });
    const running = { url: app.url, adminKey: 'test-key', stop: () => Promise.resolve() };
    const signal = new AbortController().signal;
    return runDemo(() => Promise.resolve(running), { isLive, seconds, everyMs: 100, seed: 'test', signal, out });
  }

  it('loads 1,500 people once; the second run doubles nothing (B8)', async () => {
    const first = await demo(false, 0.1);
    expect(first).toMatchObject({ wasLoaded: false, missing: 0 });
    console.log(`the sample organisation loaded in ${first.loadSeconds} s`);
    const loaded = await app.query(COUNTS);
    expect(loaded.employees.totalCount).toBe(1500);
    expect(loaded.credentialTypes.totalCount).toBeGreaterThanOrEqual(60);
    expect(loaded.roles.totalCount).toBe(133);
    expect(loaded.eligibilities.totalCount).toBeGreaterThan(1000);
    const statuses = new Map<string, number>(
      loaded.credentialCounts.map((row: { keys: string[]; count: number }) => [row.keys[0], row.count]),
    );
    for (const status of ['ACTIVE', 'GRACE', 'EXPIRED', 'SUSPENDED', 'REVOKED']) expect(statuses.get(status)).toBeGreaterThan(0);

    const second = await demo(false, 0.1);
    expect(second).toMatchObject({ wasLoaded: true, items: 0 });
    const again = await app.query(COUNTS);
    expect(again.employees).toEqual(loaded.employees);
    expect(again.credentials).toEqual(loaded.credentials);
  }, 300_000);

  it('lives: every change is one line, none is missing, nothing is refused (F7)', async () => {
    const { changes, missing } = await demo(true, 8);
    expect(changes).toBeGreaterThan(20);
    expect(missing).toBe(0);
    const lines = printed.split('\n').filter((line) => line.startsWith('#'));
    expect(lines).toHaveLength(changes);
    for (const line of lines) expect(line).toMatch(/^#\d+ \d\d:\d\d:\d\d {2}\S/);
    expect(printed).toMatch(/issued|renewed/);
    expect(printed).not.toMatch(/^! /m);
  }, 30_000);

  it('answers the documented operations with something to see', async () => {
    const dashboard = operation('DashboardPage');
    const page = await app.query(dashboard.document, dashboard.variables);
    expect(page.employees.nodes).toHaveLength(20);
    expect(
      page.employees.nodes.some((person: { eligibilities: { nodes: unknown[] } }) => person.eligibilities.nodes.length > 0),
    ).toBe(true);
    const why = operation('WhyEligible');
    const { eligibility } = await app.query(why.document, why.variables);
    expect(eligibility.employee.name).toBe('Jane Smith');
    expect(eligibility.explanation.length).toBeGreaterThan(4);
    const ways = operation('NearestWays');
    const { eligibility: aimed } = await app.query(ways.document, ways.variables);
    expect(aimed.verdict).toBe('NOT_ELIGIBLE');
    expect(aimed.nearestWays[0]).toMatchObject({ isOptimal: true, steps: expect.arrayContaining([expect.anything()]) });
    const rehearse = operation('RehearseRule');
    const { rehearseRule } = await app.query(rehearse.document, rehearse.variables);
    expect(rehearseRule.refusal).toBeNull();
    expect(rehearseRule.affected.totalCount).toBeGreaterThan(0);
    const suppose = operation('WhatIfRevoked');
    const { whatIf } = await app.query(suppose.document, suppose.variables);
    expect(whatIf.refusal).toBeNull();
    expect(whatIf.lostNow).toBeGreaterThan(0);
    const coverage = operation('CoverageForecast');
    const { coverageForecast } = await app.query(coverage.document, coverage.variables);
    expect(coverageForecast.length).toBeGreaterThan(0);
    expect(coverageForecast.some(({ lapses }: { lapses: { totalCount: number } }) => lapses.totalCount > 0)).toBe(true);
    const publish = operation('PublishRule');
    const { publishRule } = await app.query(publish.document, publish.variables);
    expect(publishRule).toMatchObject({ refusal: null, version: { version: 1 } });
  });
});
