// Every command of the README is run here, in a copy of the checkout that has nothing but what a user has.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse, validate } from 'graphql';
import { buildGraphSchema } from '../src/schema';

const root = path.resolve(__dirname, '..');
const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
const blocks = (language: string) =>
  [...readme.matchAll(new RegExp('```' + language + '\\n([\\s\\S]*?)```', 'g'))].map((match) => match[1]!);
const commands = blocks('sh').flatMap((block) => block.trim().split('\n'));

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('README', () => {
  let folder: string;
  let env: NodeJS.ProcessEnv;
  const running: ChildProcess[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'readme-'));
    for (const name of readdirSync(root)) {
      if (!['.data', '.demo', '.git'].includes(name)) symlinkSync(path.join(root, name), path.join(folder, name));
    }
    env = { ...process.env, PORT: String(await freePort()) };
    delete env['NODE_ENV'];
  });

  afterAll(() => {
    for (const child of running) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  /** Runs a command; with `until`, stops it by Ctrl-C once its output matches. */
  function run(
    command: string,
    until?: RegExp,
  ): Promise<{ output: string; code: number | null; stop: () => Promise<number | null> }> {
    const child = spawn('bash', ['-c', `exec ${command}`], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    running.push(child);
    let output = '';
    const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
    const stop = () => {
      child.kill('SIGINT');
      return exited;
    };
    return new Promise((resolve, reject) => {
      const read = (chunk: Buffer) => {
        output += chunk.toString();
        if (until?.test(output)) resolve({ output, code: null, stop });
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
      void exited.then((code) =>
        until && !until.test(output)
          ? reject(new Error(`${command} ended with ${code}: ${output}`))
          : resolve({ output, code, stop }),
      );
    });
  }

  it('names no command that is not run', () => {
    const here = [
      'npm start',
      'npm run demo',
      'npm run -s audit verify',
      'npm run -s verify -- proof.json',
      'export KEY=$(cat .data/admin-key)',
      ...commands.filter((command) => command.startsWith('npm run -s graphql')),
    ];
    const ci = ['npm ci', 'npm test', 'npm run check'];
    expect(commands.filter((command) => !here.includes(command) && !ci.includes(command))).toEqual([]);
    const script = readFileSync(path.join(root, '.ci', 'run'), 'utf8');
    // CI runs the parts of the check; those of the house are among the tests
    const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
    const parts = scripts['check']!.split(' && ');
    expect([parts.pop(), scripts['check:house']]).toEqual(['npm run check:house', 'jest test/house test/migrations']);
    const lines = script.split('\n').filter((line) => !line.startsWith('#'));
    for (const command of ['npm ci', 'npm test', ...parts]) expect(lines.join('\n')).toContain(command);
  });

  it('starts with one command, answers the query as printed, and stops by Ctrl-C', async () => {
    const server = await run('npm start', /GraphiQL: .*\nAPI key: +(\S+)/);
    const key = readFileSync(path.join(folder, '.data', 'admin-key'), 'utf8').trim();
    expect(server.output).toContain(key);
    env = { ...env, KEY: key };
    const answers: string[] = [];
    for (const command of commands.filter((command) => command.startsWith('npm run -s graphql'))) {
      const { output, code } = await run(command);
      expect({ command, code, output }).toMatchObject({ code: 0 });
      answers.push(output);
    }
    expect(JSON.parse(answers[2]!)).toEqual(JSON.parse(blocks('json')[0]!));
    const proof = await run('npm run -s verify -- proof.json');
    expect(proof).toMatchObject({
      code: 0,
      output: expect.stringMatching(/ was eligible for ER-NURSE under rule version 1, which asks: /),
    });
    const audit = await run('npm run -s audit verify');
    expect(audit).toMatchObject({ code: 0, output: expect.stringContaining('Right. Root ') });
    await server.stop();
  }, 60_000);

  it('shows documents that the schema takes, the same as in docs/first-steps', () => {
    const schema = buildGraphSchema();
    for (const document of blocks('graphql')) expect(validate(schema, parse(document))).toEqual([]);
    expect(validate(schema, parse(readFileSync(path.join(root, 'docs/first-steps/4-prove.graphql'), 'utf8')))).toEqual([]);
    expect(blocks('graphql')[0]).toBe(readFileSync(path.join(root, 'docs/first-steps/3-why.graphql'), 'utf8'));
  });

  it('loads the sample organisation and prints its changes', async () => {
    const demo = await run('npm run demo', /#\d+[\s\S]*(completed|issued|expired|ELIGIBLE)/i);
    await demo.stop();
  }, 150_000);
});
