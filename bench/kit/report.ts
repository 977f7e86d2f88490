// What a job has to say, on the terminal and in results.md.
import os from 'node:os';

/** What a job measured. */
export interface Section {
  readonly title: string;
  /** What was measured, how, and what the figures do not say. */
  readonly text: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** Prints what is going on, so that nobody has to guess whether it still runs. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** The value below which so much of the sample lies, 0 to 1. */
export function quantile(sample: readonly number[], part: number): number {
  const sorted = [...sample].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
}

/** The middle of the sample. */
export function median(sample: readonly number[]): number {
  return quantile(sample, 0.5);
}

/** A figure with as many digits as it deserves. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return '-';
  if (value >= 100) return Math.round(value).toLocaleString('en-US');
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** The machine in one line. */
export function machine(): string {
  const [cpu] = os.cpus();
  const memory = `${Math.round(os.totalmem() / 2 ** 30)} GiB`;
  return `${os.cpus().length} cores (${cpu?.model.trim()}), ${memory}, ${os.type()} ${os.release()}, Node ${process.versions.node}`;
}

/** The load of the last minute, which tells whether somebody else was working. */
export function load(): string {
  return os.loadavg()[0]!.toFixed(1);
}

/** A section as Markdown. */
export function toMarkdown({ title, text, columns, rows }: Section): string {
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
  return [`## ${title}`, '', text, '', line(columns), line(columns.map(() => '---')), ...rows.map(line), ''].join('\n');
}
