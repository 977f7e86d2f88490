import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const CHILD = path.join(__dirname, '../kit/lifecycle-child.cjs');

describe('the life of the process', () => {
  const run = (
    how: string,
  ): { child: ChildProcess; said: () => string; saw: (text: string) => Promise<void>; ended: Promise<unknown[]> } => {
    const child = spawn(process.execPath, [CHILD, how], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (data: Buffer) => (output += String(data)));
    child.stderr.on('data', (data: Buffer) => (output += String(data)));
    const saw = async (text: string): Promise<void> => {
      while (!output.includes(text)) await new Promise((resolve) => setTimeout(resolve, 10));
    };
    return { child, said: () => output, saw, ended: once(child, 'close') };
  };

  it.each(['SIGTERM', 'SIGINT'] as const)('stops properly on %s', async (name) => {
    const { child, saw, said, ended } = run('normal');
    await saw('started');
    child.kill(name);
    expect(await ended).toEqual([0, null]);
    expect(said()).toBe('started\nstopping\n');
  });

  it('ends at once on a second signal', async () => {
    const { child, saw, ended } = run('hangs');
    await saw('started');
    child.kill('SIGTERM');
    await saw('stopping');
    child.kill('SIGINT');
    expect(await ended).toEqual([1, null]);
  });

  it('says in one sentence what prevents the start', async () => {
    const { said, ended } = run('refused');
    expect(await ended).toEqual([1, null]);
    expect(said()).toBe('PORT must be a number.\n');
  });

  it('ends with 1 when a promise is rejected and nobody cares', async () => {
    const { said, ended } = run('rejects');
    expect(await ended).toEqual([1, null]);
    expect(said()).toContain('forgotten');
  });
});

describe('the build before a start', () => {
  const root = path.join(__dirname, '../..');
  let project: string;

  const ensureBuilt = (): number | null => spawnSync(process.execPath, [path.join(project, 'scripts/ensure-built.mjs')]).status;
  const write = (file: string, text: string): void => {
    fs.mkdirSync(path.dirname(path.join(project, file)), { recursive: true });
    fs.writeFileSync(path.join(project, file), text);
  };
  const builds = (): number => fs.readFileSync(path.join(project, 'builds'), 'utf8').length;

  beforeAll(() => {
    project = fs.mkdtempSync(path.join(os.tmpdir(), 'cg-build-'));
    write('scripts/ensure-built.mjs', fs.readFileSync(path.join(root, 'scripts/ensure-built.mjs'), 'utf8'));
    // Stands in for the compiler: counts its runs, and fails on a source that says so.
    write(
      'node_modules/typescript/bin/tsc',
      `const fs = require('fs'), path = require('path'), root = path.join(__dirname, '../../..');
       fs.appendFileSync(path.join(root, 'builds'), '.');
       process.exit(fs.readdirSync(path.join(root, 'src')).includes('wrong.ts') ? 2 : 0);`,
    );
    for (const file of ['package.json', 'tsconfig.json', 'tsconfig.build.json']) write(file, '{}');
    write('src/a.ts', 'export const a = 1;');
  });

  afterAll(() => {
    fs.rmSync(project, { recursive: true, force: true });
  });

  it('compiles when a source is new, edited or gone, and only then', () => {
    expect([ensureBuilt(), builds()]).toEqual([0, 1]);
    expect([ensureBuilt(), builds()]).toEqual([0, 1]);
    write('src/a.ts', 'export const a = 2;');
    expect([ensureBuilt(), builds()]).toEqual([0, 2]);
    write('migrations/b.ts', '');
    expect([ensureBuilt(), builds()]).toEqual([0, 3]);
    fs.rmSync(path.join(project, 'migrations/b.ts'));
    expect([ensureBuilt(), builds()]).toEqual([0, 4]);
    write('src/a.test.ts', '');
    expect([ensureBuilt(), builds()]).toEqual([0, 4]);
  });

  it('passes on that a build failed, and tries again the next time', () => {
    write('src/wrong.ts', '');
    expect([ensureBuilt(), builds()]).toEqual([2, 5]);
    expect([ensureBuilt(), builds()]).toEqual([2, 6]);
  });
});
