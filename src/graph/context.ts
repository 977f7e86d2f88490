import { positionAt } from '../journal/known';
import type { Cursors } from '../journal/cursor';
import type { Feed } from '../journal/feed';
import type { KeyCache } from '../journal/keys';
import type { Ingestion } from '../journal/ingest';
import type { Write, Writer } from '../journal/write';
import { knownAt } from '../journal/known';
import type { Clock, Instant } from '../platform/clock';
import { Context, type Actor, type Snapshot } from '../platform/context';
import type { Params } from '../platform/sql';
import type { Cached } from './catalogue';
import type { CredentialDefinitions } from './credentials/types';
import type { OutcomeRuleRow } from './outcomes/definitions';
import type { Forget } from './erasure/erase';
import type { PublishSettings } from './publication/publish';
import type { RuleDefinitions } from './rules/definitions';

/** What resolvers work with beside the request itself; built once, in app.ts. */
export interface Graph {
  readonly clock: Clock;
  /** IANA zone of the organisation. */
  readonly zone: string;
  readonly writer: Writer;
  readonly ingestion: Ingestion;
  readonly feed: Feed;
  readonly cursors: Cursors;
  /** The keys people's entries are sealed with. */
  readonly keys: KeyCache;
  readonly openSnapshot: () => Promise<Snapshot>;
  readonly credentials: Cached<CredentialDefinitions>;
  readonly rules: Cached<RuleDefinitions>;
  readonly outcomes: Cached<readonly OutcomeRuleRow[]>;
  readonly publishing: PublishSettings;
  /** What later rooms do when a person is erased. */
  readonly forget: readonly Forget[];
}

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

  /** Changes the graph; what this request reads afterwards sees the change. */
  async write<T>(source: string | null, work: (write: Write) => Promise<T>): Promise<{ value: T; cursor: string }> {
    const { value, position, cursor } = await this.graph.writer.write({ actor: this.actor, source }, work);
    await this.wrote(position);
    return { value, cursor };
  }
}

/**
 * The two instants of a read: what held at `at`, as the graph knew it at log position `known` (null: what it knows now).
 * Every object carries the view it was read with, so that both reach everything below it.
 */
export interface View {
  readonly at: Instant;
  readonly known: number | null;
}

/** The view a field's arguments ask for. */
export async function viewOf(context: GraphContext, args: { at?: Instant | null; knownAt?: Instant | null }): Promise<View> {
  const at = args.at ?? context.now;
  const known = args.knownAt == null || args.knownAt >= context.now ? null : await positionAt(await context.db(), args.knownAt);
  return { at, known };
}

/** Tells views apart in loader keys. */
export function viewKey(view: View): string {
  return `${view.at}|${view.known ?? ''}`;
}

/** The SQL condition under which a bitemporal row belongs to what the view knows. */
export function known(alias: string, view: View, q: Params): string {
  return knownAt(alias, view.known === null ? null : q.add(view.known));
}

/** The SQL condition under which a row [valid_from, valid_to) holds at the view's instant. */
export function valid(alias: string, view: View, q: Params): string {
  const at = `${q.add(new Date(view.at).toISOString())}::timestamptz`;
  return `${alias}.valid_from <= ${at} AND ${alias}.valid_to > ${at}`;
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
