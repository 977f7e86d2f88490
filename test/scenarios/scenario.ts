// A scenario as its file tells it: definitions, people, and one history in which things happen and answers are expected.
import fs from 'node:fs';
import path from 'node:path';
import { Temporal } from 'temporal-polyfill';
import { parse } from 'yaml';

type Fields = Readonly<Record<string, unknown>>;

/** An entry of a history: a fact (the name of a mutation, and its item), or what is expected of a verdict or of a credential. */
export interface Entry {
  /** A civil day: a fact happens at its noon, an expectation holds from its first to its last millisecond. */
  readonly on?: string;
  /** A time of day, in place of `on`. */
  readonly at?: string;
  /** Whom it is about; absent: the first person. */
  readonly who?: string;
  readonly role?: string;
  readonly verdict?: string;
  /** The type of a credential, whose status is expected. */
  readonly credential?: string;
  readonly status?: string;
  readonly text?: string;
  /** The last day of it, or the instant it ends; null: it does not end. */
  readonly through?: string;
  readonly until?: string | null;
  readonly untilVerdict?: string;
  /** Part of a sentence about why it changes. */
  readonly because?: string;
  /** Parts of the texts of the conditions on which the verdict rests. */
  readonly binding?: readonly string[];
  /** The day from whose beginning on the person is eligible again; null: never by itself. */
  readonly nextEligibleOn?: string | null;
  /** The code with which a fact is refused. */
  readonly refused?: string;
  readonly [mutation: string]: unknown;
}

/** What the log is expected to say of a person's verdict, in order. */
export interface ExpectedEvent {
  readonly on?: string;
  readonly at?: string;
  readonly kind: string;
  readonly before?: string;
  readonly after: string;
  /** The stretch of the past that is judged otherwise. */
  readonly corrected?: readonly [from: string, until: string];
}

/** One regulation. Inputs are those of the schema; times of day without an offset are in the scenario's zone. */
export interface Scenario {
  readonly file: string;
  readonly title: string;
  readonly source: string | readonly string[];
  /** What the regulation says, and which reading of it this is. */
  readonly says: string;
  /** What of the regulation is left out, and why. */
  readonly notCovered?: string;
  readonly zone: string;
  readonly courses?: readonly Fields[];
  readonly types?: readonly Fields[];
  readonly awardRules?: readonly Fields[];
  readonly roles: readonly Fields[];
  readonly rules: readonly Fields[];
  /** By the names that the history uses. */
  readonly people: Readonly<Record<string, Fields | null>>;
  readonly history: readonly Entry[];
  readonly events?: Readonly<Record<string, readonly ExpectedEvent[]>>;
}

/** Every scenario of this folder. */
export function readScenarios(): Scenario[] {
  const files = fs.readdirSync(__dirname).filter((file) => file.endsWith('.yaml'));
  return files.sort().map((file) => {
    const scenario = parse(fs.readFileSync(path.join(__dirname, file), 'utf8'), { merge: true }) as Scenario;
    return { ...scenario, file: path.basename(file, '.yaml') };
  });
}

/** A day ("2026-03-01": its first instant) or a time of day of it ("2026-03-01T12:00") as an instant. */
export function instant(text: string, zone: string): number {
  return text.includes('T')
    ? Temporal.PlainDateTime.from(text).toZonedDateTime(zone).epochMilliseconds
    : Temporal.PlainDate.from(text).toZonedDateTime(zone).epochMilliseconds;
}

/** The first instant after a day. */
export function dayAfter(day: string, zone: string): number {
  return instant(Temporal.PlainDate.from(day).add({ days: 1 }).toString(), zone);
}

/** The same value with every time of day that has no offset turned into an instant. */
export function inZone(value: unknown, zone: string): unknown {
  if (typeof value === 'string')
    return /^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(value) ? new Date(instant(value, zone)).toISOString() : value;
  if (Array.isArray(value)) return value.map((item) => inZone(item, zone));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inZone(item, zone)]));
}
