import { parseArgs } from 'node:util';

import { StartError } from '../src/platform/start-error';

const ONCE_SECONDS = 10;

/** What the command line and the environment ask for. */
export interface DemoSettings {
  readonly isLive: boolean;
  readonly seconds: number | null;
  readonly url: string | null;
  readonly key: string | null;
}

/** Reads the command line, then the environment. @throws StartError naming what is wrong */
export function readSettings(args: readonly string[], env: Readonly<Record<string, string | undefined>>): DemoSettings {
  const { values, positionals } = parse(args);
  const asked = values.once ? (positionals[0] ?? String(ONCE_SECONDS)) : env['DEMO_ONCE'];
  const seconds = asked === undefined || asked === '' ? null : Number(asked);
  if (seconds !== null && !(seconds > 0)) throw new StartError(`--once takes a number of seconds, not ${JSON.stringify(asked)}.`);
  const url = values.url ?? env['DEMO_URL'] ?? null;
  const key = values.key ?? env['ADMIN_KEY'] ?? null;
  if (url !== null && key === null) throw new StartError('--url needs --key, or ADMIN_KEY in the environment.');
  return { isLive: !values['no-live'] && env['DEMO_LIVE'] !== 'false', seconds, url, key };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        once: { type: 'boolean' },
        'no-live': { type: 'boolean' },
        url: { type: 'string' },
        key: { type: 'string' },
      },
    });
  } catch (error) {
    throw new StartError((error as Error).message);
  }
}
