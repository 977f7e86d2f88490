// Writers that keep a record of all they were promised.
import { seeded, type Chance } from '../kit/seeded';
import { send, sendUntilAnswered, sleep, type Acknowledged } from './client';
import type { Cluster } from './cluster';

const COURSES = 4;
const ROUNDS = 24;
/** Requests of a hundred whose sender does not wait long. */
const HASTY = 10;
const HOUR_MS = 3_600_000;
const FIRST = Date.UTC(2026, 5, 1);

/** A request that was answered, and what it had asked for. */
export interface Kept extends Acknowledged {
  readonly operation: 'upsertEmployees' | 'recordCompletions';
  /** How many items it had. */
  readonly items: number;
  readonly answeredAt: number;
  /** Found out in the end: the log had it before it was sent for the last time. */
  wasSaved?: boolean;
}

const document = (operation: string): string =>
  `mutation ($input: ${operation[0]!.toUpperCase()}${operation.slice(1)}Input!) { ${operation}(input: $input) { cursor results { outcome } } }`;

/** Writes until told to stop. People come in blocks; each block is hired, then learns and changes for some rounds. */
export class Writers {
  readonly kept: Kept[] = [];
  /** Every item that was acknowledged, as the log is to tell it: what it is about, and its own mark. */
  readonly people = new Map<string, number[]>();
  readonly attempts = new Set<string>();
  /** Answers that were not what they should be. */
  readonly surprises: string[] = [];
  /** Nothing new is sent while this is set. */
  isHeld = false;
  private isOver = false;
  private readonly running: Promise<void>[];
  private readonly waiting = new Set<{ readonly since: number; readonly resolve: () => void }>();

  constructor(
    private readonly cluster: Cluster,
    private readonly options: { readonly seed: number; readonly writers: number; readonly block: number },
  ) {
    this.running = Array.from({ length: options.writers }, (_, n) => this.write(n, seeded(options.seed + n)));
  }

  /** Courses whose completion earns a credential, each of which makes eligible for a role: one item becomes several entries of the log. */
  static async define(cluster: Cluster): Promise<void> {
    const each = (say: (i: number) => string): string[] => Array.from({ length: COURSES }, (_, i) => say(i));
    for (const definition of [
      `defineCourses(input: { courses: [${each((i) => `{ code: "C${i}", title: "C${i}" }`).join()}] }) { cursor }`,
      `defineCredentialTypes(input: { credentialTypes: [${each((i) => `{ code: "T${i}", name: "T${i}", kind: CERTIFICATION, issuer: "I", renewal: { life: "P5Y" } }`).join()}] }) { cursor }`,
      `defineRoles(input: { roles: [${each((i) => `{ code: "R${i}", title: "R${i}" }`).join()}] }) { cursor }`,
      ...each(
        (i) => `publishAwardRule(input: { typeCode: "T${i}", when: { passed: { courseCode: "C${i}" } } }) { refusal { code } }`,
      ),
      ...each((i) => `publishRule(input: { roleCode: "R${i}", rule: { holds: { typeCode: "T${i}" } } }) { refusal { code } }`),
    ]) {
      const { errors } = await send(cluster.door(0), `mutation { ${definition} }`);
      if (errors) throw new Error(JSON.stringify(errors));
    }
  }

  /** Resolves when a request is answered that was sent after this instant. */
  nextAnswer(): Promise<void> {
    return new Promise((resolve) => this.waiting.add({ since: Date.now(), resolve }));
  }

  /** Ends once everything that was sent is answered. */
  async stop(): Promise<void> {
    this.isOver = true;
    await Promise.all(this.running);
  }

  private async write(writer: number, chance: Chance): Promise<void> {
    const door = this.cluster.door(writer);
    let sent = 0;
    const ask = async (operation: Kept['operation'], items: object): Promise<void> => {
      while (this.isHeld) await sleep(20);
      const [list] = Object.values(items) as unknown[][];
      const input = { source: `s${writer}`, idempotencyKey: `w${writer}-${sent++}`, ...items };
      // some hang up on a request that is being worked on, and ask again: most of those without an answer had been saved
      const patience = chance.percent(HASTY) ? chance.int(10, 800) : undefined;
      const answer = await sendUntilAnswered(door, operation, document(operation), input, patience);
      const answeredAt = Date.now();
      const wrong = answer.outcomes.find((outcome) => outcome !== 'APPLIED');
      if (wrong !== undefined || answer.outcomes.length !== list!.length)
        this.surprises.push(`${input.idempotencyKey}: ${answer.outcomes.length} of ${list!.length} items, ${wrong}`);
      this.kept.push({ ...answer, outcomes: [], operation, items: list!.length, answeredAt });
      for (const waiter of this.waiting) {
        if (waiter.since > answer.sentAt) continue;
        this.waiting.delete(waiter);
        waiter.resolve();
      }
    };
    for (let block = 0; !this.isOver; block++) {
      // the largest requests there may be are among them
      const size = chance.percent(20) ? this.options.block : chance.int(1, this.options.block);
      const people = Array.from({ length: size }, (_, i) => `W${writer}-${block}-${i}`);
      for (let round = 0; round < ROUNDS && !this.isOver; round++) {
        if (round % 6 === 0) {
          await ask('upsertEmployees', { employees: people.map((externalId) => ({ externalId, attributes: { round } })) });
          for (const person of people) this.people.set(person, [...(this.people.get(person) ?? []), round]);
        } else {
          const completedAt = new Date(FIRST + round * HOUR_MS).toISOString();
          const rest = { courseCode: `C${round % COURSES}`, status: 'PASSED', completedAt };
          const completions = people.map((person) => ({ employeeExternalId: person, attemptId: `${person}:${round}`, ...rest }));
          await ask('recordCompletions', { completions });
          for (const { attemptId } of completions) this.attempts.add(attemptId);
        }
      }
    }
  }
}
