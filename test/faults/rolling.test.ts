// Nodes are restarted one after the other, as a deployment does, while clients write and follow.
import { sleep } from '../chaos/client';
import { Cluster } from '../chaos/cluster';
import { follow } from '../chaos/run';
import { verify } from '../chaos/verify';
import { Writers } from '../chaos/writers';

const ROUNDS = 1;

describe('a rolling restart', () => {
  it('closes sockets with 1012 and loses nothing; every subscriber has exactly the log (B12)', async () => {
    const cluster = await Cluster.start();
    const followed = follow(cluster);
    try {
      await Writers.define(cluster);
      const writers = new Writers(cluster, { seed: 12, writers: 4, block: 60 });
      for (let round = 0; round < ROUNDS; round++) {
        for (const node of cluster.nodes) {
          await writers.nextAnswer();
          expect(await node.stop()).toBe(0);
          await cluster.startNode(node);
          await sleep(100);
        }
      }
      await writers.stop();
      const verdict = await verify(cluster, writers, followed, []);
      expect(verdict.findings).toEqual([]);
      const closed = followed.flatMap(({ follower }) => [...follower.closed.keys()]);
      console.info(
        `${ROUNDS * cluster.nodes.length} restarts, ${verdict.events} events, ${writers.kept.filter(({ unknown }) => unknown > 0).length} requests sent again`,
      );
      // 4499 is the followers' own goodbye
      expect(new Set(closed.filter((code) => code !== 4499))).toEqual(new Set([1012]));
      expect(cluster.nodes.flatMap(({ complaints }) => complaints)).toEqual([]);
    } finally {
      for (const { follower } of followed) await follower.end(0, 0);
      await cluster.stop();
    }
  }, 90_000);
});
