import { positionAt } from '../journal/known';
import type { Cursors } from '../journal/cursor';
import type { Feed } from '../journal/feed';
import type { KeyCache, PersonKeys } from '../journal/keys';
import type { Ingestion } from '../journal/ingest';
import type { Write, Writer } from '../journal/write';
import type { Clock, Instant } from '../platform/clock';
import { Context, type Actor, type Batch, type Snapshot } from '../platform/context';
import { reachOf } from '../access/policy';
import { lowerOf } from '../core/disclosure';
import type { Audience } from '../core/rule';
import type { Deprecated } from '../platform/graphql/deprecations';
import type { Cached } from './catalogue';
import type { CredentialDefinitions } from './credentials/types';
import type { OutcomeRuleRow } from './outcomes/definitions';
import type { Forget } from './erasure/erase';
import type { PublishSettings } from './publication/publish';
import type { Circles } from './changes/circles';
import type { Moment } from './lines';
import type { Standings } from './viewers/standings';
import type { RuleDefinitions } from './rules/definitions';
import { sightOf } from './sight';
import { inBoth, viewKey, type Sight, type View } from './view';

export { confided, everKnown, known, seen, standing, told, valid, viewKey, type View } from './view';

/** What resolvers work with beside the request itself; built once, in app.ts. */
export interface Graph {
  readonly clock: Clock;
  /** IANA zone of the organisation. */
  readonly zone: string;
  readonly writer: Writer;
  readonly ingestion: Ingestion;
  readonly feed: Feed;
  readonly cursors: Cursors;
  /** In which role people ask. */
  readonly standings: Standings;
  /** Whom entries of the log may be told to. */
  readonly circles: Circles;
  /** The keys people's entries are sealed with: those used lately, and all of them. */
  readonly keys: KeyCache;
  readonly personKeys: PersonKeys;
  readonly openSnapshot: () => Promise<Snapshot>;
  readonly credentials: Cached<CredentialDefinitions>;
  readonly rules: Cached<RuleDefinitions>;
  readonly outcomes: Cached<readonly OutcomeRuleRow[]>;
  readonly publishing: PublishSettings;
  /** The environment this is; null: it has no name. */
  readonly environment: string | null;
  /** What of the schema is deprecated. */
  readonly deprecated: readonly Deprecated[];
  /** What later rooms do when a person is erased. */
  readonly forget: readonly Forget[];
}

/** How the actors begin who are people. */
export const PERSON = 'person:';

/** The context of one GraphQL operation. */
export class GraphContext extends Context {
  constructor(
    actor: Actor,
    readonly graph: Graph,
    /** When whoever asks is not to be believed any more; null: never by itself. */
    readonly expiresAt: Instant | null = null,
  ) {
    super(actor, graph.clock, graph.openSnapshot);
  }

  /** Of whom this request may be told at a moment; null: of everybody. */
  sightAt(moment: Moment): Promise<Sight | null> {
    return reachOf(this.actor) === 'EVERYBODY' ? Promise.resolve(null) : this.load(sights, moment);
  }

  /** Whether what became of somebody after the instant asked about is the caller's business: of who has left the team since it is not. */
  async mayFollow(person: string, { at }: View): Promise<boolean> {
    if (at >= this.now || reachOf(this.actor) !== 'REPORTS') return true;
    return (await this.sightAt({ at: this.now, known: null }))!.has(person);
  }

  /** A view without those whose time after its instant is not the caller's business. */
  async followed(view: View): Promise<View> {
    if (view.sight === null || view.at >= this.now || reachOf(this.actor) !== 'REPORTS') return view;
    return { ...view, sight: inBoth(view.sight, (await this.sightAt({ at: this.now, known: null }))!) };
  }

  /** As whom somebody may be shown what is said of a person (null: of nobody in particular): people are shown less than HR. */
  audienceFor(person: string | null, asked: Audience = 'HR'): Audience {
    if (reachOf(this.actor) !== 'REPORTS') return asked;
    return lowerOf(asked, person === null || person === this.actor.person ? 'EMPLOYEE' : 'MANAGER');
  }

  /** Who did something, as this request may be told: other people are not named. */
  actorShown(actor: string): string {
    const isPerson = actor.startsWith(PERSON);
    if (!isPerson || reachOf(this.actor) === 'EVERYBODY' || actor === `${PERSON}${this.actor.person}`) return actor;
    return 'person';
  }

  /** The present, as the graph knows it now, after a write also what was written. */
  async present(): Promise<View> {
    const at = this.graph.clock.now();
    return { at, known: null, sight: await this.sightAt({ at, known: null }) };
  }

  /** Changes the graph; what this request reads afterwards sees the change. */
  async write<T>(source: string | null, work: (write: Write) => Promise<T>): Promise<{ value: T; cursor: string }> {
    const { value, position, cursor } = await this.graph.writer.write({ actor: this.actor, source }, work);
    await this.wrote(position);
    return { value, cursor };
  }
}

/** The moments of this request's reads, with whom its answers may speak of then. */
const sights: Batch<GraphContext, Moment, Sight | null> = {
  keyOf: ({ at, known }) => `${at}|${known ?? ''}`,
  fetch: async (context, moments) => {
    const db = await context.db();
    const found: (Sight | null)[] = [];
    for (const moment of moments) found.push(await sightOf(db, context.actor, moment));
    return found;
  },
};

/**
 * The view a field's arguments ask for. It speaks of those whom the caller sees at the instant asked about, as the graph knows it now: somebody
 * who was once mistaken for a manager sees nobody by reading what was known then.
 */
export async function viewOf(context: GraphContext, args: { at?: Instant | null; knownAt?: Instant | null }): Promise<View> {
  const at = args.at ?? context.now;
  const position =
    args.knownAt == null || args.knownAt >= context.now ? null : await positionAt(await context.db(), args.knownAt);
  return { at, known: position, sight: await context.sightAt({ at, known: null }) };
}

/** A loader key: one object's id under a view, with further arguments. */
export interface Keyed<A = null> {
  readonly id: string;
  readonly view: View;
  readonly args: A;
}

/** Makes a batch of per-object reads: keys with equal view and arguments go into one statement. */
export function batchBy<A, V>(
  fetch: (context: GraphContext, ids: readonly string[], view: View, args: A) => Promise<ReadonlyMap<string, V>>,
  missing: (id: string) => V,
) {
  return {
    keyOf: (key: Keyed<A>) => `${key.id}|${groupOf(key)}`,
    fetch: async (context: GraphContext, keys: readonly Keyed<A>[]): Promise<V[]> => {
      const groups = new Map<string, Keyed<A>[]>();
      for (const key of keys) {
        const group = groups.get(groupOf(key));
        if (group) group.push(key);
        else groups.set(groupOf(key), [key]);
      }
      const answers = new Map<Keyed<A>, V>();
      for (const group of groups.values()) {
        const { view, args } = group[0]!;
        const found = await fetch(
          context,
          group.map((key) => key.id),
          view,
          args,
        );
        for (const key of group) answers.set(key, found.get(key.id) ?? missing(key.id));
      }
      return keys.map((key) => answers.get(key)!);
    },
  };
}

function groupOf(key: Keyed<unknown>): string {
  return `${viewKey(key.view)}|${JSON.stringify(key.args)}`;
}
