// What it costs to see not everybody: one statement per request and instant, and one per change for all who follow.
import { startTestApp, type TestApp } from '../kit/app';
import { askAs, byPerson } from '../kit/persons';
import { eventually, nursesNeedCpr, talkTo } from '../kit/seed';
import { StatementCounter } from './count';

const MANAGERS = 12;
const EVENTS = 10;
const READ = `{ employees { totalCount nodes { name manager { name } credentials { totalCount nodes { status type { code } } } eligibilities { nodes { verdict } } } }
  credentials { nodes { employee { name } } } credentialCounts(groupBy: [STATUS]) { count } }`;

describe('statements for those who do not see everybody', () => {
  let server: TestApp;
  const counter = new StatementCounter();

  beforeAll(async () => {
    server = await startTestApp({ authenticate: byPerson });
    const api = talkTo(server);
    await nursesNeedCpr(api);
    const line = Array.from({ length: MANAGERS }, (_, i) => ({
      externalId: `M${i}`,
      managerExternalId: i === 0 ? null : `M${i - 1}`,
    }));
    await api.upsert([...line, { externalId: 'KIT', managerExternalId: `M${MANAGERS - 1}` }, { externalId: 'OTHER' }]);
    await api.issue([{ employeeExternalId: 'KIT', typeCode: 'CPR', issuedOn: '2026-01-01' }]);
    counter.start();
  });
  afterAll(async () => {
    counter.stop();
    await server.stop();
  });

  it('are one more per request, whatever it asks', async () => {
    const manager = await askAs(server, 'M0');
    // whoever asks for the first time is looked up
    await manager.query(READ);
    const all = await counter.during(() => server.query(READ));
    const own = await counter.during(() => manager.query(READ));
    expect(own.statements.filter((name) => name === 'circleOf')).toHaveLength(1);
    expect(own.statements.filter((name) => !['circleOf', 'claimsOf'].includes(name)).sort()).toEqual([...all.statements].sort());
  });

  it('are at most one per change, however many managers are told of it (B15)', async () => {
    const asking = [];
    for (let i = 0; i < MANAGERS; i++) asking.push(await askAs(server, `M${i}`));
    const feeds = asking.map((manager) => manager.subscribe('subscription { changed { position } }'));
    await new Promise((resolve) => setTimeout(resolve, 500));
    const { statements } = await counter.during(async () => {
      for (let i = 0; i < EVENTS; i++) {
        await talkTo(server).upsert([{ externalId: 'KIT', department: `D${i}` }]);
        await talkTo(server).upsert([{ externalId: 'OTHER', department: `D${i}` }]);
      }
      for (const { received } of feeds)
        await eventually(
          () => Promise.resolve(received.length),
          (count) => count === EVENTS,
          20_000,
        );
    });
    for (const feed of feeds) feed.end();
    // fewer where two changes are read from the log at once
    const asked = statements.filter((name) => name === 'peopleAbove').length;
    expect(asked).toBeGreaterThan(0);
    expect(asked).toBeLessThanOrEqual(2 * EVENTS);
  });
});
