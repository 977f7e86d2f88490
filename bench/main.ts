// npm run bench [-- job ...]: measures the product on this machine; a run of all jobs writes bench/results.md.
import fs from 'node:fs';
import path from 'node:path';
import { measureFacts } from './facts';
import { measureFairness } from './fair';
import { measureIngestion } from './ingestion';
import { measureJournal } from './journal';
import { startDatabases, type Databases } from './kit/databases';
import { load, machine, say, toMarkdown, type Section } from './kit/report';
import { measurePublishing } from './publish';
import { measureReads } from './reads';
import { measureRevocations } from './revocations';
import { measureRules } from './rules';
import { measurePush } from './push';
import { measureStart } from './start-time';
import { measureStorm } from './storm';
import { measureTokens } from './tokens';
import { measureWriters } from './writers';

const JOBS: Readonly<Record<string, (databases: Databases) => Promise<Section>>> = {
  start: measureStart,
  ingestion: measureIngestion,
  facts: measureFacts,
  journal: measureJournal,
  writers: measureWriters,
  push: measurePush,
  revocations: measureRevocations,
  reads: measureReads,
  storm: measureStorm,
  tokens: measureTokens,
  fair: measureFairness,
  publish: measurePublishing,
  rules: measureRules,
};

async function main(): Promise<void> {
  const asked = process.argv.slice(2);
  const unknown = asked.find((name) => !JOBS[name]);
  if (unknown !== undefined) throw new Error(`There is no job "${unknown}": choose from ${Object.keys(JOBS).join(', ')}.`);
  const loadBefore = load();
  const began = new Date();
  const databases = await startDatabases();
  const sections: Section[] = [];
  try {
    for (const name of asked.length > 0 ? asked : Object.keys(JOBS)) {
      say(`${name}:`);
      sections.push(await JOBS[name]!(databases));
    }
  } finally {
    await databases.stop();
  }
  const text = [
    '# Measurements',
    '',
    `Written by \`npm run bench\` on ${began.toISOString().slice(0, 10)}. Server, PostgreSQL and load generator share the machine: ${machine()}. ` +
      `Load average before the run: ${loadBefore}. Compare ratios, not absolute figures, between machines.`,
    '',
    ...sections.map(toMarkdown),
  ].join('\n');
  say(`\n${text}`);
  if (asked.length === 0) fs.writeFileSync(path.join(__dirname, 'results.md'), text);
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
