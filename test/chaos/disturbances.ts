// What is done to the cluster, chosen by a seed, and how long it takes to get over it.
import type { Chance } from '../kit/seeded';
import { sleep } from './client';
import type { Cluster } from './cluster';
import type { Writers } from './writers';

/** The ways to break something. */
export const KINDS = [
  'node killed (SIGKILL)',
  'leading node paused (SIGSTOP, SIGCONT)',
  'sequencer’s connection cut',
  'connection that follows the log cut',
  'connections cut at random',
  'PostgreSQL killed (SIGKILL, all processes)',
] as const;

export type Kind = (typeof KINDS)[number];

/** How often each comes, in a hundred. */
const SHARE: readonly number[] = [26, 8, 22, 10, 22, 12];
/** Longer than the three seconds after which PostgreSQL ends the session of a sequencer that says nothing. */
const PAUSE_MS = [3_300, 5_000] as const;
const RESTART_WITHIN_MS = 1_500;

export interface Disturbance {
  readonly kind: Kind;
  /** From the blow to the first answer to a request that was sent after it. */
  readonly recoveredAfterMs: number;
}

/** Breaks things one after the other; what was broken is mended meanwhile. */
export class Disturbances {
  readonly done: Disturbance[] = [];
  private readonly mending = new Set<Promise<void>>();

  constructor(
    private readonly cluster: Cluster,
    private readonly writers: Writers,
    private readonly chance: Chance,
  ) {}

  /** A kind by its share; the first six are each of a different kind. */
  choose(): Kind {
    const ahead = KINDS[this.done.length];
    if (ahead !== undefined) return ahead;
    let place = this.chance.int(1, 100);
    return KINDS[SHARE.findIndex((share) => (place -= share) <= 0)]!;
  }

  /** Does it, and waits until somebody is answered again. */
  async disturb(kind: Kind): Promise<void> {
    while (!(await this.strike(kind))) await sleep(100);
    const struckAt = performance.now();
    await this.writers.nextAnswer();
    this.done.push({ kind, recoveredAfterMs: performance.now() - struckAt });
  }

  /** Everything runs again. */
  async settled(): Promise<void> {
    await Promise.all(this.mending);
  }

  /** False: there was nothing to strike at. */
  private async strike(kind: Kind): Promise<boolean> {
    const { cluster, chance } = this;
    switch (kind) {
      case 'node killed (SIGKILL)': {
        const node = chance.pick(cluster.nodes);
        if (node.url === null) return false;
        await node.kill();
        this.mend(sleep(chance.int(0, RESTART_WITHIN_MS)).then(() => cluster.startNode(node)));
        return true;
      }
      case 'leading node paused (SIGSTOP, SIGCONT)': {
        const leader = await cluster.leader();
        const node = leader === null ? undefined : cluster.nodes[leader];
        if (!node?.isRunning) return false;
        node.pause();
        this.mend(sleep(chance.int(...PAUSE_MS)).then(() => node.resume()));
        return true;
      }
      case 'sequencer’s connection cut':
        return (await cluster.cut('credential-graph sequencer', NODES_MOST)) > 0;
      case 'connection that follows the log cut':
        return (await cluster.cut('credential-graph tail', 1)) > 0;
      case 'connections cut at random':
        return (await cluster.cut('credential-graph%', chance.int(1, 6))) > 0;
      case 'PostgreSQL killed (SIGKILL, all processes)':
        cluster.killPostgres();
        return true;
    }
  }

  private mend(work: Promise<void>): void {
    const mending = work.finally(() => this.mending.delete(mending));
    this.mending.add(mending);
  }
}

/** Whichever of the nodes leads, its sequencer is among them. */
const NODES_MOST = 2;
