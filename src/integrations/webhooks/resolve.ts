// Names to addresses, so that a name server that hangs holds up nobody else.
import { lookup, Resolver } from 'node:dns/promises';
import type { Resolve } from './addresses';

const TIMEOUT_MS = 3_000;
const TRIES = 2;
/** DNS knows nothing of the name, or there is no DNS: the system's own files may. */
const ABSENT = new Set(['ENOTFOUND', 'ENODATA', 'ECONNREFUSED']);

/**
 * Asks DNS without a thread per question: the system's look-up has four threads for the whole process, and five receivers whose name
 * servers hang would stop everything. Only a name that DNS does not know is looked up there, in the hosts file at once.
 */
export function resolveNames(): Resolve {
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: TRIES });
  return async (host) => {
    const answers = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
    const found = answers.flatMap((answer, i) =>
      answer.status === 'fulfilled' ? answer.value.map((address) => ({ address, family: i === 0 ? 4 : 6 })) : [],
    );
    if (found.length > 0) return found;
    const failures = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as NodeJS.ErrnoException] : []));
    if (failures.every(({ code }) => ABSENT.has(code ?? ''))) return lookup(host, { all: true });
    throw failures[0]!;
  };
}
