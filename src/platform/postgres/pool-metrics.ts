// What Prometheus is told of connections to the database.
import { Gauge, type Registry } from 'prom-client';
import type { Pool } from './pool';

/** Adds the pools to the registry, by what they are for. */
export function poolMetrics(registry: Registry, pools: Readonly<Record<string, Pick<Pool, 'driver'>>>): void {
  const registers = [registry];
  const drivers = Object.entries(pools).map(([pool, { driver }]) => ({ pool, driver }));
  new Gauge({
    name: 'database_connections',
    help: 'Connections of this node to PostgreSQL, by what they are for and whether they are idle or busy.',
    labelNames: ['pool', 'state'],
    registers,
    collect() {
      for (const { pool, driver } of drivers) {
        this.set({ pool, state: 'idle' }, driver.idleCount);
        this.set({ pool, state: 'busy' }, driver.totalCount - driver.idleCount);
      }
    },
  });
  new Gauge({
    name: 'database_connections_waiting',
    help: 'Who waits on this node for a connection to be free.',
    labelNames: ['pool'],
    registers,
    collect() {
      for (const { pool, driver } of drivers) this.set({ pool }, driver.waitingCount);
    },
  });
}
