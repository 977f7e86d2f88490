// How far the publication of a rule has come, for those who run the server.
import { Gauge, type Registry } from 'prom-client';
import type { Log } from '../../platform/log';
import type { PublishSettings } from './publish';

const LINE_EVERY_MS = 1_000;

/** Shows progress as a metric, and about every second in the log. */
export function showProgress(log: Log, registry: Registry): NonNullable<PublishSettings['onProgress']> {
  const gauge = new Gauge({
    name: 'rule_publication_people',
    help: 'People of the rule that is being, or was last, published: how many are judged by it, of how many.',
    labelNames: ['which'],
    registers: [registry],
  });
  let lastLine = -Infinity;
  return (roleCode, done, total) => {
    gauge.set({ which: 'judged' }, done);
    gauge.set({ which: 'all' }, total);
    if (done < total && performance.now() - lastLine < LINE_EVERY_MS) return;
    lastLine = performance.now();
    log.info({ roleCode, done, total }, 'people are judged by a rule that is being published');
  };
}
