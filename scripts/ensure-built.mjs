// Runs before `npm start` and `npm run demo`: compiles when a source is newer than the last build, else costs a few milliseconds.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const stamp = path.join(root, 'dist', '.built');

/** One line that changes whenever a source is edited, added, removed or renamed. */
function fingerprint() {
  let files = 0;
  let newest = 0;
  let names = 0;
  const look = (file) => {
    files += 1;
    newest = Math.max(newest, statSync(file).mtimeMs);
    for (let i = 0; i < file.length; i += 1) names = (names * 31 + file.charCodeAt(i)) | 0;
  };
  const walk = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const file = path.join(folder, entry.name);
      if (entry.isDirectory()) walk(file);
      else if (/\.(ts|json)$/.test(entry.name) && !entry.name.endsWith('.test.ts')) look(file);
    }
  };
  for (const folder of ['src', 'migrations', 'demo']) if (existsSync(path.join(root, folder))) walk(path.join(root, folder));
  for (const file of ['tsconfig.json', 'tsconfig.build.json', 'package.json']) look(path.join(root, file));
  return `${files} files, newest ${newest}, names ${names}, node ${process.versions.node}`;
}

const current = fingerprint();
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== current) {
  const compiler = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  if (!existsSync(compiler)) {
    // An installation without development packages runs what was built into it.
    if (existsSync(path.join(root, 'dist', 'src', 'main.js'))) process.exit(0);
    console.error('Nothing is built and no compiler is installed: run "npm ci" without --omit=dev, then start again.');
    process.exit(1);
  }
  rmSync(stamp, { force: true });
  const { status } = spawnSync(process.execPath, [compiler, '-p', path.join(root, 'tsconfig.build.json')], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
  mkdirSync(path.dirname(stamp), { recursive: true });
  writeFileSync(stamp, current);
}
