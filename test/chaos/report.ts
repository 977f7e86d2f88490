// What a run of chaos has to say, in Markdown.
import { figure, quantile } from '../../bench/kit/report';
import { KINDS, type Disturbance } from './disturbances';
import type { ChaosOptions, ChaosReport } from './run';

const count = (n: number): string => n.toLocaleString('en-US');

/** The report of the long form. */
export function toMarkdown(
  options: ChaosOptions,
  report: ChaosReport,
  run: { readonly began: Date; readonly where: string },
): string {
  const { verdict, disturbances, requests, followers } = report;
  const unknown = requests.filter((request) => request.unknown > 0);
  const waits = requests.map(({ answeredAt, firstSentAt }) => answeredAt - firstSentAt);
  return [
    '# Chaos',
    '',
    `Written by \`npm run test:chaos -- ${options.seed}\` on ${run.began.toISOString().slice(0, 16).replace('T', ' ')} UTC. ${run.where}.`,
    '',
    'Two nodes over one PostgreSQL with fsync, eight writers with idempotency keys that send the same key again until they are answered, three',
    'subscribers that resume from their cursors, and one who keeps signed heads, all over real sockets. What is broken is chosen by the seed; when exactly, by',
    'the machine. In the end the whole log is read and compared with what each of them was told, and the audit verifies it with the heads kept outside.',
    '',
    '| what | figure |',
    '| --- | --- |',
    `| kills | ${disturbances.length} in ${figure(report.seconds / 60)} min |`,
    `| entries of the log | ${count(verdict.events)}, of which ${count(verdict.acknowledged)} by acknowledged requests (the others define courses, types and rules) |`,
    `| requests | ${count(requests.length)} with ${count(requests.reduce((sum, { items }) => sum + items, 0))} items; the largest had ${count(requests.reduce((most, { items }) => Math.max(most, items), 0))} |`,
    `| requests without an answer, sent again with their key | ${count(unknown.length)}; ${count(unknown.filter(({ wasSaved }) => wasSaved).length)} of them had been saved |`,
    `| lost, duplicated, gaps, inversions per person | ${verdict.lost}, ${verdict.duplicated}, ${verdict.gaps}, ${verdict.inversions} |`,
    `| other findings | ${verdict.findings.length === 0 ? 'none' : verdict.findings.join('; ')} |`,
    `| from first sending to answer | p50 ${ms(waits, 0.5)}, p99 ${ms(waits, 0.99)}, longest ${ms(waits, 1)} |`,
    `| signed heads found right | ${count(verdict.checkpoints)} |`,
    `| read and compared | in ${figure(report.verifiedIn)} s |`,
    `| crashes and internal errors | ${report.complaints.length === 0 ? 'none' : report.complaints.length} |`,
    `| errors in the logs of the nodes | ${report.logged.size === 0 ? 'none' : [...report.logged].map(([what, n]) => `${n} × ${what}`).join('; ')} |`,
    '',
    'Recovery is the time from a blow to the first answer to a request that was sent after it.',
    '',
    '| kill | times | recovery p50 | p99 | longest |',
    '| --- | --- | --- | --- | --- |',
    ...[...KINDS, null].map((kind) => recoveryLine(kind, disturbances)),
    '',
    '| subscriber | changes | connections | differs from the log |',
    '| --- | --- | --- | --- |',
    ...followers.map(({ name, follower }) => {
      const differs = verdict.findings.some((finding) => finding.startsWith(name)) ? 'yes' : 'no';
      return `| ${name} | ${count(follower.positions.length)} | ${follower.connections} | ${differs} |`;
    }),
    '',
  ].join('\n');
}

function recoveryLine(kind: string | null, all: readonly Disturbance[]): string {
  const times = all.filter((one) => kind === null || one.kind === kind).map(({ recoveredAfterMs }) => recoveredAfterMs);
  return `| ${kind ?? 'all'} | ${times.length} | ${ms(times, 0.5)} | ${ms(times, 0.99)} | ${ms(times, 1)} |`;
}

function ms(sample: readonly number[], part: number): string {
  return sample.length === 0 ? '-' : `${count(Math.round(quantile(sample, part)))} ms`;
}
