// What many subscribers ask in the same words is read once.
import { startTestApp } from '../kit/app';
import { nursesNeedCpr, talkTo } from '../kit/seed';
import { StatementCounter } from './count';

jest.setTimeout(60_000);

const SUBSCRIPTION = `subscription ($after: Cursor) { eligibilityChanged(after: $after) { position after employee { name externalId } role { title } } }`;
const EVENTS = 10;
const SUBSCRIBERS = 40;

it('the statements for an event do not grow with those who subscribe to it (B15)', async () => {
  const server = await startTestApp({ at: '2026-06-01T12:00:00Z' });
  const api = talkTo(server);
  await nursesNeedCpr(api);
  const people = Array.from({ length: EVENTS * 2 }, (_, i) => `E${i}`);
  await api.upsert(people.map((externalId) => ({ externalId })));
  const counter = new StatementCounter();
  counter.start();
  try {
    const issue = (list: readonly string[]) =>
      api.issue(list.map((employeeExternalId) => ({ employeeExternalId, typeCode: 'CPR', issuedOn: '2026-05-01' })));
    const reads = async (subscribers: number, list: readonly string[]) => {
      // some begin from now and some from a cursor: what is said of an event is the same
      const { extensions } = await server.send('{ __typename }');
      const open = Array.from({ length: subscribers }, (_, i) =>
        server.subscribe<any>(SUBSCRIPTION, i % 2 === 0 ? {} : { after: extensions.position }),
      );
      await new Promise((resolve) => setTimeout(resolve, 300));
      const { statements } = await counter.during(async () => {
        await issue(list);
        for (const subscriber of open) await subscriber.atLeast(EVENTS, 20_000);
      });
      const received = open.map(({ received }) => JSON.stringify(received));
      for (const subscriber of open) subscriber.close();
      expect(new Set(received).size).toBe(1);
      return statements.filter((name) => name === 'employeesById').length;
    };
    const one = await reads(1, people.slice(0, EVENTS));
    const many = await reads(SUBSCRIBERS, people.slice(EVENTS));
    expect(one).toBe(EVENTS);
    expect(many).toBe(EVENTS);
  } finally {
    counter.stop();
    await server.stop();
  }
});
