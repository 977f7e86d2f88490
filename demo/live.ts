import { connect, RequestFailed, type Send, type Server } from './api';
import { awards } from './catalogue/learning';
import { rolePlans } from './catalogue/roles';
import { readMoves, type Move } from './data-files';
import { HOLDINGS, mutations } from './operations';
import type { DecisionPayload, HoldingsAnswer, IngestPayload, MutationName } from './operations';
import { coursesFor, outcome, typesSought, type Completion, type Issue } from './sample/history';
import { isAtWork, permitFor, SAMPLE_SEED, type Organisation } from './sample/organisation';
import { isPersona } from './sample/names';
import { places, type Person } from './sample/people';
import { randomFrom, type Random } from './sample/random';
import { SOURCES } from './steps';
import { sleep } from './watch';

/** How the organisation lives. */
export interface LifeStyle {
  /** Milliseconds between two things that happen; default 1,000. */
  readonly everyMs?: number;
  /** The same seed makes the same choices; by default every run makes its own. */
  readonly seed?: string;
  /** Something the server refused. */
  readonly onRefusal?: (sentence: string) => void;
}

const EVERY_MS = 1_000;
const DRIVERS: ReadonlySet<string> = new Set(['53-3032.00', '53-3033.00', '53-7051.00', '29-2042.00', '29-2043.00']);
const awardByType = new Map(awards.map((award) => [award.typeCode, award]));

/** Keeps the organisation living until the signal: people learn, permits are issued and run out, people move, licences are lost. */
export async function live(
  server: Server,
  organisation: Organisation,
  signal: AbortSignal,
  style: LifeStyle = {},
): Promise<number> {
  const { everyMs = EVERY_MS, seed = String(Date.now()), onRefusal = () => undefined } = style;
  const life = new Life(connect(server), organisation, randomFrom(seed), onRefusal);
  while (!signal.aborted) {
    await sleep(everyMs, signal);
    if (signal.aborted) break;
    try {
      await life.step();
    } catch (error) {
      if (!(error instanceof RequestFailed)) throw error;
      if (!signal.aborted) onRefusal(error.message);
    }
  }
  return life.happened;
}

type Deed = () => Promise<void>;

/** What has happened since the start, and what happens next. */
class Life {
  happened = 0;
  private readonly run = Date.now().toString(36);
  private readonly gaps: { externalId: string; typeCode: string }[];
  private readonly suspended: string[] = [];
  private readonly atWork: Person[];
  private readonly managers: Map<string, string | null>;
  private readonly movesFrom = new Map<string, Move[]>();
  private readonly deeds: readonly (readonly [number, Deed])[];

  constructor(
    private readonly send: Send,
    organisation: Organisation,
    private readonly random: Random,
    private readonly onRefusal: (sentence: string) => void,
  ) {
    // the persona of the documentation is left to whoever tries its examples
    const persona = organisation.people.find(isPersona)?.externalId;
    this.gaps = organisation.gaps.filter((gap) => gap.externalId !== persona);
    this.atWork = organisation.people.filter((person) => isAtWork(person, Date.now()) && person.externalId !== persona);
    this.managers = new Map(organisation.people.map((person) => [person.externalId, person.managerExternalId]));
    for (const move of readMoves()) {
      if (move.tier === 'Primary-Short') this.movesFrom.set(move.from, [...(this.movesFrom.get(move.from) ?? []), move]);
    }
    this.deeds = [
      [42, () => this.learn()],
      [34, () => this.issuePermits()],
      [6, () => this.transfer()],
      [4, () => this.promote()],
      [4, () => this.lose('revokeCredential', 'The issuer withdrew it')],
      [5, () => this.lose('suspendCredential', 'An inquiry is open')],
      [5, () => this.reinstate()],
    ];
  }

  /** One thing happens. */
  async step(): Promise<void> {
    await this.random.weighted(this.deeds)();
  }

  private async learn(): Promise<void> {
    const completions: Completion[] = [];
    for (let n = this.random.int(1, 3); n > 0; n--) completions.push(...this.attempts());
    if (completions.length > 0) await this.ingest('recordCompletions', { source: SOURCES.learning, completions });
  }

  // half of the time somebody gains what they lack, else somebody renews
  private attempts(): Completion[] {
    const gap = this.gaps.length > 0 && this.random.chance(0.5) ? this.gaps[this.random.int(0, this.gaps.length - 1)]! : null;
    const person = this.random.pick(this.atWork);
    const externalId = gap?.externalId ?? person.externalId;
    const earned = gap
      ? [gap.typeCode]
      : typesSought(person.roleCode, this.random).filter((typeCode) => awardByType.has(typeCode));
    if (earned.length === 0) return [];
    const award = awardByType.get(this.random.pick(earned))!;
    const status = this.random.weighted([
      [86, 'PASSED'],
      [10, 'FAILED'],
      [4, 'IN_PROGRESS'],
    ] as const);
    if (gap && status === 'PASSED') this.gaps.splice(this.gaps.indexOf(gap), 1);
    return coursesFor(award.when, gap !== null).map((courseCode) => {
      const id = this.newId();
      return {
        ...outcome(courseCode, status, Date.now(), this.random),
        eventId: id,
        attemptId: id,
        employeeExternalId: externalId,
      };
    });
  }

  // five to sixty seconds: so that they run out while one watches
  private async issuePermits(): Promise<void> {
    const credentials: Issue[] = [];
    for (let n = this.random.int(1, 3); n > 0; n--) {
      const person = this.random.pick(this.atWork.filter(({ roleCode }) => hasPermits(roleCode)));
      const typeCode = DRIVERS.has(person.roleCode) ? 'DRIVING-STAND-DOWN' : permitFor(person, SAMPLE_SEED);
      const at = Date.now();
      const expiresAt = new Date(at + this.random.int(5, 60) * 1000).toISOString();
      const issuedAt = new Date(at).toISOString();
      const eventId = this.newId();
      // each permit has a number of its own, so that it is a holding of its own and ends for itself
      const holding = { employeeExternalId: person.externalId, typeCode, instance: eventId };
      credentials.push({ eventId, ...holding, issuedAt, expiresAt });
    }
    await this.ingest('issueCredentials', { source: SOURCES.registry, credentials });
  }

  private async transfer(): Promise<void> {
    const person = this.random.pick(this.atWork);
    const [, location, timeZone] = this.random.pick(places);
    const manager = this.random.chance(0.4) ? this.otherManager(person) : null;
    if (manager !== null) this.managers.set(person.externalId, manager);
    const moved = {
      externalId: person.externalId,
      location,
      attributes: { timeZone },
      ...(manager !== null && { managerExternalId: manager }),
    };
    await this.ingest('upsertEmployees', { source: SOURCES.people, employees: [moved] });
  }

  // a leader of the same department who is not below the person
  private otherManager(person: Person): string | null {
    const department = rolePlans.get(person.roleCode)!.department;
    const leading = new Set(this.managers.values());
    const leaders = this.atWork.filter(
      ({ externalId, roleCode }) => leading.has(externalId) && rolePlans.get(roleCode)!.department === department,
    );
    const above = leaders.map((leader) => leader.externalId).filter((id) => !this.isBelow(id, person.externalId));
    return above.length > 0 ? this.random.pick(above) : null;
  }

  private isBelow(externalId: string, top: string): boolean {
    for (let at: string | null = externalId; at !== null; at = this.managers.get(at) ?? null) if (at === top) return true;
    return false;
  }

  private async promote(): Promise<void> {
    const person = this.random.pick(this.atWork.filter(({ roleCode }) => this.movesFrom.has(roleCode)));
    const code = this.random.pick(this.movesFrom.get(person.roleCode)!).to;
    const { jobTitle, family, department } = rolePlans.get(code)!;
    const promoted = { externalId: person.externalId, jobTitle, jobFamily: family, department, roleCodes: [code] };
    await this.ingest('upsertEmployees', { source: SOURCES.people, employees: [promoted] });
  }

  private async lose(action: 'revokeCredential' | 'suspendCredential', reason: string): Promise<void> {
    const { externalId } = this.random.pick(this.atWork);
    const employee = { externalId: { value: externalId } };
    const { data } = await this.send<HoldingsAnswer>(HOLDINGS, { employee, status: ['ACTIVE'] });
    const held = (data.employee?.credentials.nodes ?? []).filter(({ type }) => awardByType.has(type.code));
    if (held.length === 0) return;
    const { id } = this.random.pick(held);
    if (await this.decide(action, { credential: { id }, reason })) {
      if (action === 'suspendCredential') this.suspended.push(id);
    }
  }

  private async reinstate(): Promise<void> {
    const id = this.suspended.shift();
    if (id !== undefined) await this.decide('reinstateCredential', { credential: { id }, reason: 'The inquiry found nothing' });
  }

  private newId(): string {
    return `live/${this.run}/${this.happened++}`;
  }

  private async ingest(mutation: MutationName, input: Readonly<Record<string, unknown>>): Promise<void> {
    const { data } = await this.send<Record<string, IngestPayload>>(mutations[mutation], { input });
    for (const { refusal } of data[mutation]!.results) if (refusal) this.onRefusal(`${mutation}: ${refusal.message}`);
  }

  private async decide(mutation: MutationName, input: Readonly<Record<string, unknown>>): Promise<boolean> {
    this.happened += 1;
    const { data } = await this.send<Record<string, DecisionPayload>>(mutations[mutation], { input });
    const { refusal } = data[mutation]!;
    if (refusal) this.onRefusal(`${mutation}: ${refusal.message}`);
    return refusal === null;
  }
}

function hasPermits(roleCode: string): boolean {
  const { department } = rolePlans.get(roleCode)!;
  return DRIVERS.has(roleCode) || department === 'Manufacturing' || department === 'Facilities & Maintenance';
}
