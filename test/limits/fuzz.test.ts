// Operations made up from the schema, thousands of them: whatever they say, they are answered, and never by a fault of ours.
// FUZZ=20000 SEED=7 npx jest test/limits/fuzz tries more of them, and others.
import { buildGraphSchema } from '../../src/schema';
import { startTestApp, type TestApp } from '../kit/app';
import { seeded } from '../kit/seeded';
import { talkTo } from '../kit/seed';
import { OddValues } from './odd-values';
import { Operations, rootFields, type MadeUp } from './operations';
import { overHttp, overSocket, type PlainSocket } from './ways';
import { disclosed, wordsOf } from './words';

const COUNT = Number(process.env['FUZZ'] ?? 400);
const SEED = Number(process.env['SEED'] ?? 20_261_129);
const AT_ONCE = 4;
const schema = buildGraphSchema();
const words = wordsOf(schema);
const CODES = new Set([
  ...['BAD_USER_INPUT', 'INVALID_CURSOR', 'CURSOR_EXPIRED', 'RESYNC_REQUIRED', 'QUERY_TOO_EXPENSIVE', 'UNAVAILABLE'],
]);

describe('operations that are made up', () => {
  let server: TestApp;
  let socket: PlainSocket;

  beforeAll(async () => {
    server = await startTestApp({ env: { NODE_ENV: 'production' }, resolve: () => Promise.reject(new Error('no names here')) });
    const api = talkTo(server);
    await api.defineCourses({ code: 'C1', creditHours: 2 }, { code: 'C2' });
    await api.defineTypes({ code: 'T1', renewal: { life: 'P1Y' } }, { code: 'T2' });
    await api.publishAward('T1', { passed: { courseCode: 'C1' } });
    await api.defineRoles('R1', 'R2');
    await api.definePath('P', ['R1', 'R2']);
    await api.publishRule('R1', { holds: { typeCode: 'T1' } });
    const people = ['M', 'E1', 'E2', 'E3'].map((externalId) => ({
      externalId,
      department: 'Emergency',
      managerExternalId: externalId === 'M' ? null : 'M',
    }));
    await api.upsert(people);
    await api.complete([{ employeeExternalId: 'E1', courseCode: 'C1', status: 'PASSED', completedAt: '2026-05-01T08:00:00Z' }]);
    await api.issue([{ employeeExternalId: 'E2', typeCode: 'T2', issuedOn: '2026-01-01', expiresOn: '2028-01-01' }]);
    socket = await overSocket(server.url);
  });

  afterAll(async () => {
    socket.socket.terminate();
    await server.stop();
  });

  const faultOf = (made: MadeUp, { status, text, body }: { status: number; text: string; body: any }): string | null => {
    const codes = (body.errors ?? []).map((error: any) => error.extensions?.code as string);
    const strange = codes.find((code: string) => !CODES.has(code));
    // what a resolver says is meant for who may ask it
    const mistakes = (body.errors ?? []).filter((error: any) => error.path === undefined);
    const told = disclosed(words, mistakes.map((error: any) => error.message).join('\n'), made.body);
    if (/Did you mean|node_modules|stack/i.test(text)) told.push('more than a sentence');
    const isServerError = status >= 500 && !codes.includes('UNAVAILABLE');
    if (strange === undefined && !isServerError && told.length === 0) return null;
    return `${strange ?? (isServerError ? status : `tells ${told.join()}`)}\n${made.body.slice(0, 1_500)}\n${text.slice(0, 1_000)}`;
  };

  it(`are answered, ${COUNT} of them, without INTERNAL and without telling the schema (F11)`, async () => {
    const chance = seeded(SEED);
    const values = new OddValues(chance);
    const operations = new Operations(schema, chance, values);
    const fields = rootFields(schema);
    const http = overHttp(server.url);
    const faults: string[] = [];
    const outcomes = { data: 0, errors: 0 };
    const reached = new Set<string>();
    let made = 0;
    const one = async (): Promise<void> => {
      while (made < COUNT && faults.length < 5) {
        made += 1;
        const operation = operations.of(...chance.pick(fields));
        const isPushed = operation.kind === 'subscription';
        // a subscription that was let in says nothing until something happens
        const reply = isPushed
          ? await socket.briefly(operation.body, 20)
          : await (chance.percent(10) ? socket.way : http)(operation.body);
        if (reply === null) continue;
        values.learn(reply.text);
        outcomes[reply.body.errors ? 'errors' : 'data'] += 1;
        if (!reply.body.errors) reached.add(operation.field);
        const fault = faultOf(operation, reply);
        if (fault !== null) faults.push(`${operation.field}: ${fault}`);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, one));
    console.info(
      `${made} operations: ${outcomes.data} answered, ${outcomes.errors} refused or in part; ${
        fields
          .filter(([kind, { name }]) => kind !== 'subscription' && !reached.has(name))
          .map(([, { name }]) => name)
          .join(' ') || 'nothing'
      } never answered as a whole`,
    );
    expect(faults).toEqual([]);
    expect(outcomes.data).toBeGreaterThan(made / 10);
    expect(outcomes.errors).toBeGreaterThan(200);
  }, 3_600_000);
});
