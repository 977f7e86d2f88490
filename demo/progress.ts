import { Presets, SingleBar } from 'cli-progress';

/** Shows how far a piece of work is. */
export interface Progress {
  start(total: number): void;
  /** So many items more are done, in this step. */
  advance(count: number, step: string): void;
  stop(): void;
}

interface Terminal {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

/** One bar on a terminal; elsewhere one line per step. */
export function showProgress(out: Terminal & NodeJS.WritableStream): Progress {
  return out.isTTY ? barProgress(out) : lineProgress(out);
}

function barProgress(out: NodeJS.WritableStream): Progress {
  const format = '  {bar} {percentage}% | {value} of {total} | {step}';
  const bar = new SingleBar(
    { format, stream: out, hideCursor: true, clearOnComplete: true, barsize: 32 },
    Presets.shades_classic,
  );
  return {
    start: (total) => bar.start(total, 0, { step: '' }),
    advance: (count, step) => bar.increment(count, { step }),
    stop: () => bar.stop(),
  };
}

function lineProgress(out: Terminal): Progress {
  let total = 0;
  let done = 0;
  let current = '';
  const finish = (): void => {
    if (current !== '') out.write(`  ${String(Math.round((100 * done) / Math.max(1, total))).padStart(3)}%  ${current}\n`);
  };
  return {
    start(of) {
      total = of;
    },
    advance(count, step) {
      if (step !== current) {
        finish();
        current = step;
      }
      done += count;
    },
    stop() {
      finish();
      current = '';
    },
  };
}

/** Shows nothing. */
export const noProgress: Progress = { start: () => undefined, advance: () => undefined, stop: () => undefined };
