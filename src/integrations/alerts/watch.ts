// Looks every second whether anything calls for somebody: whatever the number of nodes, each alert fires once and is resolved once.
import os from 'node:os';
import { Gauge, type Registry } from 'prom-client';
import type { Clock } from '../../platform/clock';
import type { Log } from '../../platform/log';
import { sharedRead } from '../../platform/metrics';
import { transaction, type Db, type Pool } from '../../platform/postgres/pool';
import { Rounds } from '../../platform/rounds';
import { takesTurn } from '../../platform/sql';
import { accessConditions, latenessConditions, webhookConditions } from './conditions';
import { ALERT_KINDS, type AlertKind, type Condition } from './kinds';
import { allOpen, openAlerts, openCounts, resolveAlerts, type AlertRow } from './store';
import { countVolumes, volumeConditions } from './volumes';

/** What the watch works with. */
export interface WatchOptions {
  readonly db: Pool;
  readonly clock: Clock & { readonly isFrozen?: () => boolean };
  readonly registry: Registry;
  readonly log: Log;
  /** So many revocations within an hour are many. */
  readonly revocations: number;
  /** How often the way of access tokens is checked, in milliseconds; null: there are none. */
  readonly accessCheckEvery: number | null;
}

interface Found {
  readonly opened: readonly AlertRow[];
  readonly resolved: readonly AlertRow[];
}

const ALERTS_LOCK = 7_030;
const LOOK_MS = 1_000;
const AFTER_ERROR_MS = 5_000;
/** A clock is believed after ten minutes: whoever said for longer that it stands still is gone. */
const FROZEN_AT_MOST_MS = 15 * 60_000;

/** Opens and resolves alerts. */
export class Watch {
  readonly #rounds: Rounds;

  constructor(private readonly options: WatchOptions) {
    const { db, log, registry } = options;
    this.#rounds = new Rounds({
      round: async () => {
        await this.#look();
        return LOOK_MS;
      },
      onFailure: (error) => {
        log.warn({ err: error }, 'alerts could not be looked for; trying again');
        return AFTER_ERROR_MS;
      },
    });
    const readCounts = sharedRead(() => openCounts(db));
    new Gauge({
      name: 'alerts_open',
      help: 'Alerts that are open, by kind.',
      labelNames: ['kind'],
      registers: [registry],
      async collect() {
        const counts = await readCounts();
        this.reset();
        if (counts) for (const kind of Object.keys(ALERT_KINDS)) this.set({ kind }, counts.get(kind as AlertKind) ?? 0);
      },
    });
  }

  start(): void {
    this.#rounds.start();
  }

  stop(): Promise<void> {
    return this.#rounds.stop();
  }

  async #look(): Promise<void> {
    const { db, log } = this.options;
    const { opened, resolved } = await transaction(db, (tx) => this.#compare(tx));
    for (const { id, kind, subject, message } of opened) log.warn({ alert: id, kind, subject, message }, 'an alert is open');
    for (const { id, kind, subject } of resolved) log.info({ alert: id, kind, subject }, 'an alert is resolved');
  }

  async #compare(db: Db): Promise<Found> {
    const now = this.options.clock.now();
    const own = this.#ownConditions();
    const isMine = await takesTurn(db, ALERTS_LOCK);
    const open = await allOpen(db);
    // what only this node can know it says itself, whoever looks after the rest
    const isOver = ({ kind, subject, openedAt }: AlertRow): boolean => {
      if (kind !== 'CLOCK_FROZEN') return isMine && !isAmong(common, kind, subject);
      return subject === os.hostname() ? own.length === 0 : isMine && now - openedAt > FROZEN_AT_MOST_MS;
    };
    const common = isMine ? await this.#commonConditions(db, now, open) : [];
    const opened = await openAlerts(db, [...own, ...common], now);
    const over = open.filter(isOver).map(({ id }) => id);
    return { opened, resolved: await resolveAlerts(db, over, now) };
  }

  #ownConditions(): Condition[] {
    const subject = os.hostname();
    if (this.options.clock.isFrozen?.() !== true) return [];
    return [{ kind: 'CLOCK_FROZEN', subject, message: `The clock of ${subject} jumped ahead: its time stands still.` }];
  }

  async #commonConditions(db: Db, now: number, open: readonly AlertRow[]): Promise<Condition[]> {
    await countVolumes(db, now);
    const { accessCheckEvery: every } = this.options;
    const isOpen = (kind: AlertKind): boolean => isAmong(open, kind, '');
    return [
      ...(await webhookConditions(db)),
      ...(await latenessConditions(db, now)),
      ...(every === null ? [] : await accessConditions(db, now, every)),
      ...(await volumeConditions(db, now, this.options.revocations, isOpen)),
    ];
  }
}

function isAmong(conditions: readonly Condition[], kind: AlertKind, subject: string): boolean {
  return conditions.some((condition) => condition.kind === kind && condition.subject === subject);
}
