// A server that is killed again and again in the middle of ingestion: nothing acknowledged is lost, nothing happens twice (A1, A2, N3).
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

const KILLS = Number(process.env['CHAOS_KILLS'] ?? 6);
const ITEMS = 20;
const root = path.resolve(__dirname, '../..');
const KEY = 'chaos-key';

interface LoggedChange {
  readonly cursor: string;
  readonly position: number;
  readonly __typename: string;
  readonly employee: { readonly externalId: string } | null;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** One server on one data folder, started as often as it is killed. */
class Victim {
  private child: ChildProcess | null = null;

  constructor(
    readonly url: string,
    private readonly env: NodeJS.ProcessEnv,
    private readonly folder: string,
  ) {}

  async start(): Promise<void> {
    const child = spawn(process.execPath, ['-r', './test/kit/register.cjs', 'src/main.ts'], {
      cwd: root,
      env: this.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    let output = '';
    await new Promise<void>((resolve, reject) => {
      const read = (chunk: Buffer) => {
        output += chunk.toString();
        if (output.includes('is ready')) resolve();
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
      child.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${output}`)));
    });
  }

  async kill(): Promise<void> {
    const child = this.child!;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.child!.once('exit', resolve));
    this.child!.kill('SIGTERM');
    await ended;
  }

  /** The PostgreSQL processes on this data folder. */
  orphans(): string[] {
    const list = execFileSync('ps', ['-eo', 'args']).toString();
    return list.split('\n').filter((line) => line.includes(this.folder) && line.includes('postgres -D'));
  }

  async send(query: string, variables: object = {}): Promise<Record<string, any>> {
    const response = await fetch(this.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${KEY}` },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await response.json()) as { data: Record<string, any>; errors?: unknown };
    if (errors) throw new Error(JSON.stringify(errors));
    return data;
  }
}

const COMPLETE = `mutation ($input: RecordCompletionsInput!) { recordCompletions(input: $input) { results { outcome id } cursor } }`;
const FEED = `subscription ($after: Cursor) { changed(after: $after) { __typename cursor position employee { externalId } } }`;

describe('a server killed in the middle of ingestion', () => {
  let folder: string;
  let victim: Victim;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'chaos-'));
    const port = await freePort();
    const env = { ...process.env, PORT: String(port), DATA_DIR: path.join(folder, 'data'), ADMIN_KEY: KEY, LOG_LEVEL: 'silent' };
    victim = new Victim(`http://127.0.0.1:${port}/graphql`, env, folder);
    await victim.start();
  }, 60_000);
  afterAll(async () => {
    await victim.stop().catch(() => undefined);
    rmSync(folder, { recursive: true, force: true });
  });

  it(
    `loses nothing and repeats nothing over ${KILLS} kills; a subscriber resumes from its cursor (A1 A2 N3)`,
    async () => {
      await victim.send(`mutation { defineCourses(input: { courses: [{ code: "C", title: "C" }] }) { cursor } }`);
      await victim.send(
        `mutation { defineCredentialTypes(input: { credentialTypes: [{ code: "T", name: "T", kind: BADGE, issuer: "X" }] }) { cursor } }`,
      );
      await victim.send(
        `mutation { publishAwardRule(input: { typeCode: "T", when: { passed: { courseCode: "C" } } }) { refusal { code } } }`,
      );
      const employees = Array.from({ length: ITEMS }, (_, i) => ({ externalId: `E${i}` }));
      await victim.send(
        `mutation ($e: [EmployeeInput!]!) { upsertEmployees(input: { source: "hris", employees: $e }) { cursor } }`,
        { e: employees },
      );

      const seen: LoggedChange[] = [];
      let isOver = false;
      const follow = async (): Promise<void> => {
        while (!isOver) {
          const client = createClient({
            url: victim.url.replace('http', 'ws'),
            webSocketImpl: WebSocket,
            connectionParams: { authorization: `Bearer ${KEY}` },
            retryAttempts: 0,
          });
          await new Promise<void>((resolve) => {
            client.subscribe<{ changed: LoggedChange }>(
              { query: FEED, variables: { after: seen.at(-1)?.cursor ?? start.changes.cursor } },
              { next: ({ data }) => void (data && seen.push(data.changed)), error: () => resolve(), complete: () => resolve() },
            );
            void ended.then(() => resolve());
          });
          await client.dispose();
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      };
      const start = await victim.send(`{ changes(first: 0) { cursor } }`);
      let end: () => void = () => undefined;
      const ended = new Promise<void>((resolve) => (end = resolve));
      const following = follow();

      const acknowledged: string[] = [];
      let request = 0;
      const ingest = async (): Promise<void> => {
        while (!isOver) {
          const number = request++;
          const completions = employees.map(({ externalId }, i) => ({
            eventId: `${number}-${i}`,
            employeeExternalId: externalId,
            courseCode: 'C',
            status: 'PASSED',
            completedAt: new Date(Date.UTC(2026, 0, 1) + number * 60_000).toISOString(),
          }));
          const input = { source: 'lms', idempotencyKey: `request-${number}`, completions };
          for (;;) {
            try {
              const { recordCompletions } = await victim.send(COMPLETE, { input });
              expect(new Set(recordCompletions.results.map((result: { outcome: string }) => result.outcome))).toEqual(
                new Set(['APPLIED']),
              );
              acknowledged.push(...recordCompletions.results.map((result: { id: string }) => result.id));
              break;
            } catch (error) {
              // whether it was saved is not known: the same key decides
              if ((error as Error).message.startsWith('expect')) throw error;
              await new Promise((resolve) => setTimeout(resolve, 50));
            }
          }
        }
      };
      const writers = [ingest(), ingest(), ingest()];
      for (let kill = 0; kill < KILLS; kill++) {
        await new Promise((resolve) => setTimeout(resolve, 150 + Math.random() * 500));
        await victim.kill();
        await new Promise((resolve) => setTimeout(resolve, 1_000));
        expect(victim.orphans()).toEqual([]);
        await victim.start();
      }
      await new Promise((resolve) => setTimeout(resolve, 500));
      isOver = true;
      await Promise.all(writers);

      const log: LoggedChange[] = [];
      for (let after: string | null = null, hasMore = true; hasMore;) {
        const { changes }: Record<string, any> = await victim.send(
          `query ($after: Cursor) { changes(after: $after, first: 200) { hasMore cursor changes { __typename cursor position employee { externalId } ... on CompletionChange { completion { id } } } } }`,
          { after },
        );
        log.push(...changes.changes);
        ({ cursor: after, hasMore } = changes);
      }
      expect(log.map((change) => change.position)).toEqual(log.map((_, i) => i + 1));
      const completed = log.flatMap((change) =>
        'completion' in change ? [(change as unknown as { completion: { id: string } }).completion.id] : [],
      );
      expect(new Set(completed).size).toBe(completed.length);
      expect([...completed].sort()).toEqual([...acknowledged].sort());
      expect(acknowledged).toHaveLength(request * ITEMS);

      const from = log.findIndex((change) => change.cursor === start.changes.cursor) + 1;
      const deadline = Date.now() + 10_000;
      while (seen.length < log.length - from && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
      end();
      await following;
      expect(seen.map((change) => change.position)).toEqual(log.slice(from).map((change) => change.position));
    },
    60_000 + KILLS * 10_000,
  );
});
