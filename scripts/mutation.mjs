// npm run test:mutation [-- timeline windows ...]: changes the pure core in every small way and says which changes no test notices.
// What it needs is installed on first use, beside the project: it is large, and nobody else needs it.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';

const FILES = ['timeline', 'windows', 'conditions', 'evaluate', 'verdict', 'renewal', 'award', 'calendar'];
const PACKAGES = ['@stryker-mutator/core@9.6.1', '@stryker-mutator/jest-runner@9.6.1'];

function run(command, args, cwd, env) {
  const { status } = spawnSync(command, args, { cwd, stdio: 'inherit', env: { ...process.env, ...env } });
  if (status !== 0) process.exit(status ?? 1);
}

fs.mkdirSync('.mutation', { recursive: true });
if (!fs.existsSync('.mutation/node_modules/@stryker-mutator/jest-runner')) {
  fs.writeFileSync('.mutation/package.json', '{ "private": true }\n');
  run('npm', ['install', '--save-exact', '--no-audit', '--no-fund', ...PACKAGES], '.mutation');
}
const asked = process.argv.slice(2);
for (const file of asked.length > 0 ? asked : FILES) {
  run('.mutation/node_modules/.bin/stryker', ['run', '--mutate', `src/core/${file}.ts`], '.', { MUTATED: file });
  fs.renameSync('.mutation/report.json', `.mutation/${file}.json`);
}
