// npm run test:chaos [-- seed]: the long form; writes bench/chaos.md. CHAOS_KILLS, CHAOS_EVENTS and CHAOS_WRITERS ask for less or more.
import fs from 'node:fs';
import path from 'node:path';
import { load, machine, say } from '../../bench/kit/report';
import { root } from '../kit/files';
import { toMarkdown } from './report';
import { runChaos } from './run';

const number = (name: string, otherwise: number): number => Number(process.env[name] ?? otherwise);

async function main(): Promise<void> {
  const seed = Number(process.argv[2] ?? Date.now() % 1_000_000);
  const began = new Date();
  const loadBefore = load();
  say(`seed ${seed}`);
  const options = {
    seed,
    kills: number('CHAOS_KILLS', 220),
    events: number('CHAOS_EVENTS', 1_000_000),
    writers: number('CHAOS_WRITERS', 8),
    block: 1_000,
    isBuilt: true,
    say,
  };
  const report = await runChaos(options);
  const where = `${machine()}; load average before the run ${loadBefore}`;
  const text = toMarkdown(options, report, { began, where });
  say(`\n${text}`);
  fs.writeFileSync(path.join(root, 'bench', 'chaos.md'), text);
  for (const complaint of report.complaints) say(complaint);
  if (report.verdict.findings.length + report.complaints.length > 0) process.exitCode = 1;
}

main().then(
  () => process.exit(),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
