// One run of chaos: clients write and follow, things are broken one after the other, and in the end everything is compared.
import { seeded } from '../kit/seeded';
import { Follower, sleep } from './client';
import { Cluster } from './cluster';
import { Disturbances, type Disturbance } from './disturbances';
import { KEY } from './process';
import { verify, type Followed, type Verdict } from './verify';
import { Writers, type Kept } from './writers';
import { Witness } from './witness';

export interface ChaosOptions {
  readonly seed: number;
  /** At least so many blows. */
  readonly kills: number;
  /** At least so many entries of the log. */
  readonly events: number;
  readonly writers: number;
  /** The most items of a request, up to 1,000. */
  readonly block: number;
  readonly isBuilt?: boolean;
  readonly say?: (line: string) => void;
}

export interface ChaosReport {
  readonly seconds: number;
  readonly disturbances: readonly Disturbance[];
  readonly requests: readonly Kept[];
  readonly followers: readonly { readonly name: string; readonly follower: Follower }[];
  /** Lines of level error in the logs of the nodes. */
  readonly logged: ReadonlyMap<string, number>;
  /** What the nodes wrote to stderr: crashes. */
  readonly complaints: readonly string[];
  readonly verdict: Verdict;
  /** How long it took to read and compare everything. */
  readonly verifiedIn: number;
}

const SAY_EVERY_MS = 15_000;

/** Runs until both numbers are reached; what is wrong is in the verdict. */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { seed, kills, events, say = () => undefined } = options;
  const chance = seeded(seed);
  const cluster = await Cluster.start({ isBuilt: options.isBuilt });
  const witness = new Witness(cluster.door(1), KEY);
  const followed = follow(cluster);
  try {
    await Writers.define(cluster);
    const began = Date.now();
    const writers = new Writers(cluster, options);
    const disturbances = new Disturbances(cluster, writers, chance);
    const head = async (): Promise<number> => (await cluster.ask<{ pos: number }>('SELECT pos FROM log_head'))[0]!.pos;
    let saidAt = 0;
    for (let pos = await head(); disturbances.done.length < kills || pos < events; pos = await head()) {
      const done = disturbances.done.length;
      if (Date.now() - saidAt > SAY_EVERY_MS) {
        saidAt = Date.now();
        say(
          `${Math.round((saidAt - began) / 1_000)} s: ${done} of ${kills} kills, ${pos} of ${events} events, ${writers.kept.length} requests`,
        );
      }
      // both numbers are reached at about the same time
      const isDue = done < kills && pos >= (done / kills) * events;
      writers.isHeld = !isDue && done < kills && pos > ((done + 1) / kills) * events;
      if (isDue) await disturbances.disturb(disturbances.choose());
      await sleep(chance.int(20, 400));
    }
    await disturbances.settled();
    writers.isHeld = false;
    await writers.stop();
    const seconds = (Date.now() - began) / 1_000;
    say(`${Math.round(seconds)} s: over; reading and comparing everything`);
    await witness.end();
    const verifyingSince = Date.now();
    const verdict = await verify(cluster, writers, followed, witness.notes);
    return {
      seconds,
      disturbances: disturbances.done,
      requests: writers.kept,
      followers: followed,
      logged: merged(cluster.nodes.map(({ logged }) => logged)),
      complaints: cluster.nodes.flatMap(({ complaints }) => complaints),
      verdict,
      verifiedIn: (Date.now() - verifyingSince) / 1_000,
    };
  } finally {
    await witness.end();
    for (const { follower } of followed) await follower.end(0, 0);
    await cluster.stop();
  }
}

/** One who follows everything, one who reads people from the database for each change, and one with a narrow filter. */
export function follow(cluster: Cluster): Followed[] {
  const subscribe = (name: string, n: number, query: string, isMeant: Followed['isMeant'], variables = {}): Followed => ({
    name,
    isMeant,
    follower: new Follower(cluster.door(n), { query: `subscription (${query}`, variables }),
  });
  const some = Array.from({ length: 40 }, (_, i) => `W${i % 4}-${i % 3}-${i % 7}`);
  return [
    subscribe('everything', 0, '$after: Cursor) { changed(after: $after) { cursor position } }', () => true),
    subscribe(
      'renewals of one type, with their person',
      1,
      '$after: Cursor) { credentialChanged(after: $after, filter: { kind: ["RENEWED"], typeCode: ["T0"] }) { cursor position employee { externalId } credential { status } } }',
      ({ kind, body }) => kind === 'credential.renewed' && (body as { typeCode: string }).typeCode === 'T0',
    ),
    subscribe(
      'some people',
      0,
      '$after: Cursor, $some: [String!]) { changed(after: $after, filter: { employeeExternalId: $some }) { cursor position employee { externalId } } }',
      ({ body }) => some.includes((body as { employee?: string }).employee ?? ''),
      { some },
    ),
  ];
}

function merged(counts: readonly ReadonlyMap<string, number>[]): Map<string, number> {
  const all = new Map<string, number>();
  for (const each of counts) for (const [what, n] of each) all.set(what, (all.get(what) ?? 0) + n);
  return all;
}
