// The courier: on one node at a time it follows the log for all endpoints together, and opens a lane to each.
import { GraphQLError } from 'graphql';
import { kindOf, passes } from '../../graph/changes/change';
import type { LogEntry } from '../../journal/entry';
import { headPosition } from '../../journal/known';
import { KeptSession, type Session } from '../../journal/session';
import type { Writer } from '../../journal/write';
import { instantText } from '../../platform/sql';
import { isGivenUp, disableEndpoint, type DisabledBecause } from './state';
import { Lane, type LaneOptions } from './lane';
import { credentialOf, deliveryId, messageType } from './message';
import { dueEndpoints, enabledEndpoints, enqueue, fullEndpoints, type Endpoint, type Move, type NewDelivery } from './queue';

/** What the courier works with. */
export interface CourierOptions extends Omit<LaneOptions, 'onGone'> {
  readonly databaseUrl: string;
  readonly writer: Pick<Writer, 'write'>;
  /** Calls once, when the log has grown. */
  readonly onNews: (wake: () => void) => () => void;
}

const LOCK = 7_006;
/** Who disables an endpoint when nobody asked for it. */
const WEBHOOKS = { id: 'webhooks', scopes: new Set<string>() };
const TRY_LOCK_EVERY_MS = 1_000;
/** Between two looks at what is due, and at what other nodes have changed. */
const LOOK_MS = 250;
const RELOAD_MS = 1_000;
/** Entries looked at per step. */
const PAGE = 500;
/** Deliveries that wait in the table, per endpoint; what more there is waits in the log. */
const WINDOW = 10_000;
const GRACE_MS = 1_500;

/** Delivers what the log says to every endpoint, at least once and in order per person. */
export class Courier {
  readonly #session: KeptSession;
  readonly #lanes = new Map<string, Lane>();
  #endpoints: Endpoint[] = [];
  #isStale = true;
  /** What the log says of endpoints up to here is in what is known of them. */
  #knownTo = 0;

  constructor(private readonly options: CourierOptions) {
    this.#session = new KeptSession({
      databaseUrl: options.databaseUrl,
      name: 'credential-graph webhooks',
      log: options.log,
      work: (session) => this.#work(session),
    });
  }

  start(): void {
    this.#session.start();
  }

  /** Ends once attempts under way are over, or a second and a half have passed; those are made again after the next start. */
  async stop(): Promise<void> {
    await this.#session.stop();
  }

  /** Somebody has changed an endpoint, or asked for something to be sent. */
  poke(): void {
    this.#isStale = true;
    this.#session.bell.ring();
  }

  async #work(session: Session): Promise<void> {
    if (!(await this.#session.hold(session, LOCK, TRY_LOCK_EVERY_MS))) return;
    let callOff: () => void = () => undefined;
    this.#isStale = true;
    try {
      let reloadedAt = -Infinity;
      while (!this.#session.stopped) {
        if (this.#isStale || performance.now() - reloadedAt > RELOAD_MS) {
          await this.#reload(session);
          reloadedAt = performance.now();
        }
        callOff();
        callOff = this.options.onNews(() => this.#session.bell.ring());
        const isMore = this.#endpoints.length > 0 && (await this.#step(session));
        session.succeeded();
        if (!isMore) await this.#session.bell.sleep(LOOK_MS);
      }
    } finally {
      callOff();
      await this.#closeAll(this.#session.stopped ? GRACE_MS : 0);
    }
  }

  async #reload({ db }: Session): Promise<void> {
    this.#isStale = false;
    this.#knownTo = await headPosition(db);
    const enabled = await enabledEndpoints(db);
    const now = this.options.clock.now();
    const isOver = (endpoint: Endpoint): boolean => isGivenUp(endpoint, now);
    for (const { id } of enabled.filter(isOver)) await this.#disable(id, 'FAILING');
    this.#endpoints = enabled.filter((endpoint) => !isOver(endpoint));
    const kept = new Set(this.#endpoints.map(({ id }) => id));
    for (const [id, lane] of this.#lanes) {
      if (kept.has(id)) continue;
      this.#lanes.delete(id);
      void lane.close(GRACE_MS);
    }
    for (const endpoint of this.#endpoints) {
      const lane = this.#lanes.get(endpoint.id);
      if (lane) lane.update(endpoint);
      else this.#lanes.set(endpoint.id, new Lane(endpoint, { ...this.options, onGone: (id) => this.#disable(id, 'GONE') }));
    }
  }

  async #disable(id: string, because: Exclude<DisabledBecause, 'ASKED'>): Promise<void> {
    await this.options.writer.write({ actor: WEBHOOKS, source: null }, (write) => disableEndpoint(write, id, because));
    this.poke();
  }

  async #step(session: Session): Promise<boolean> {
    const isMore = await this.#follow(session);
    for (const id of await dueEndpoints(session.db, this.options.clock.now())) this.#lanes.get(id)?.poke();
    return isMore;
  }

  /** One page of the log for all endpoints that stand at the same place; true when there is more. */
  async #follow({ db }: Session): Promise<boolean> {
    const { feed, clock } = this.options;
    const full = await fullEndpoints(
      db,
      this.#endpoints.map(({ id }) => id),
      WINDOW,
    );
    let isMore = false;
    for (const [cursor, endpoints] of groupedByCursor(this.#endpoints, full)) {
      const page = await feed.page(cursor, PAGE).catch(noneIfExpired);
      if (page === null) for (const { id } of endpoints) await this.#disable(id, 'EXPIRED');
      if (page === null || page.length === 0) continue;
      // what follows a rotation is signed with both secrets, wherever it was asked for
      if (page.some(({ kind, pos }) => pos > this.#knownTo && kind.startsWith('webhook.'))) {
        this.#isStale = true;
        return true;
      }
      isMore ||= page.length === PAGE;
      const moves = endpoints.map((endpoint) => moveOf(endpoint, cursor, page));
      const deliveries = endpoints.flatMap((endpoint) => deliveriesOf(endpoint, page));
      const moved = new Set(await enqueue(db, moves, deliveries, clock.now()));
      const steps = new Map(moves.map((move) => [move.id, move]));
      // whoever was not moved has been changed by somebody else
      if (moved.size < endpoints.length) this.#isStale = true;
      this.#endpoints = this.#endpoints.map((endpoint) => {
        const step = moved.has(endpoint.id) ? steps.get(endpoint.id) : undefined;
        if (step === undefined) return endpoint;
        return { ...endpoint, cursor: step.after, ...(step.is_replayed && { replayUntil: null, resumeAt: null }) };
      });
    }
    return isMore;
  }

  async #closeAll(graceMs: number): Promise<void> {
    const lanes = [...this.#lanes.values()];
    this.#lanes.clear();
    this.#endpoints = [];
    await Promise.all(lanes.map((lane) => lane.close(graceMs)));
  }
}

// a replay may have been asked for while what it needs was let go of
function noneIfExpired(error: unknown): null {
  if (error instanceof GraphQLError && error.extensions['code'] === 'CURSOR_EXPIRED') return null;
  throw error;
}

function groupedByCursor(endpoints: readonly Endpoint[], full: ReadonlySet<string>): Map<number, Endpoint[]> {
  const groups = new Map<number, Endpoint[]>();
  for (const endpoint of endpoints) {
    if (endpoint.cursor === null || full.has(endpoint.id)) continue;
    const group = groups.get(endpoint.cursor);
    if (group) group.push(endpoint);
    else groups.set(endpoint.cursor, [endpoint]);
  }
  return groups;
}

// a replay of a stretch ends in the middle of a page, and goes on where the endpoint stood before
function moveOf({ id, replayUntil, resumeAt }: Endpoint, before: number, page: readonly LogEntry[]): Move {
  const last = page.at(-1)!.pos;
  if (replayUntil === null || last < replayUntil) return { id, before, after: last, is_replayed: false };
  return { id, before, after: Math.max(replayUntil, resumeAt ?? 0), is_replayed: true };
}

function deliveriesOf(endpoint: Endpoint, page: readonly LogEntry[]): NewDelivery[] {
  const { replayUntil } = endpoint;
  return page
    .filter((entry) => (replayUntil === null || entry.pos <= replayUntil) && isWanted(endpoint, entry))
    .map((entry) => ({
      id: deliveryId(endpoint.id, entry.eventId),
      endpoint_id: endpoint.id,
      position: entry.pos,
      change_id: entry.changeId,
      lane: entry.subject ?? entry.entity,
      type: messageType(entry),
      credential_id: credentialOf(entry),
      recorded_at: instantText(entry.recordedAt),
    }));
}

function isWanted({ kinds, filter }: Endpoint, entry: LogEntry): boolean {
  const isKind = kinds === null || kinds.includes(kindOf(entry)) || kinds.includes(messageType(entry));
  return isKind && passes(entry, filter);
}
