// One change as one line that a person can read.
import { courses } from './catalogue/learning';
import type { Change } from './operations';

const courseTitles = new Map(courses.map((course) => [course.code, course.title]));
const MINUTE_MS = 60_000;
const SOON_MS = 2 * 86_400_000;
const CODES = { dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;
type Colour = keyof typeof CODES;

const credentialVerbs: Readonly<Record<string, readonly [verb: string, colour: Colour, showsEnd: boolean]>> = {
  ISSUED: ['issued', 'green', true],
  RENEWED: ['renewed', 'green', true],
  EXPIRING: ['expires soon', 'yellow', true],
  EXPIRED: ['expired', 'red', false],
  GRACE_ENDED: ['grace ended', 'red', false],
  SUSPENDED: ['suspended', 'red', false],
  REINSTATED: ['reinstated', 'green', true],
  REVOKED: ['revoked', 'red', false],
  CORRECTED: ['corrected', 'cyan', true],
};

const verdictColours: Readonly<Record<string, Colour>> = {
  ELIGIBLE: 'green',
  AT_RISK: 'yellow',
  GRACE: 'yellow',
  NOT_ELIGIBLE: 'red',
};

/** How lines are written. */
export interface LineStyle {
  readonly isColoured: boolean;
  /** The reader's IANA zone, for the time of day; absent: the machine's. */
  readonly timeZone?: string;
}

/** `#1234 14:05:22  Jane Smith · CPR certification issued, active until 2027-03-30` */
export function lineOf(change: Change, style: LineStyle): string {
  const paint = (colour: Colour, text: string): string => (style.isColoured ? `\u001b[${CODES[colour]}m${text}\u001b[0m` : text);
  const recordedAt = Date.parse(change.recordedAt);
  const occurredAt = Date.parse(change.occurredAt);
  const isLate = recordedAt - occurredAt > MINUTE_MS;
  const [colour, sentence] = sentenceOf(change, occurredAt, style);
  const since = isLate ? paint('dim', ` · as of ${sinceText(occurredAt, recordedAt, style)}`) : '';
  return `${paint('dim', `#${change.position} ${timeOfDay(recordedAt, style)}`)}  ${paint(colour, sentence)}${since}`;
}

function sentenceOf(change: Change, at: number, style: LineStyle): [Colour, string] {
  const name = change.employee?.name ?? 'The organisation';
  switch (change.__typename) {
    case 'CredentialChange':
      return credentialSentence(name, change, at, style);
    case 'EligibilityChange':
      return eligibilitySentence(name, change, at, style);
    case 'CompletionChange':
      return completionSentence(name, change);
    case 'DefinitionChange': {
      const version = change.version === null ? '' : `, version ${change.version}`;
      return ['dim', `${change.code} · ${words(change.definitionKind)}${version}`];
    }
    case 'EmployeeChange':
      return ['cyan', `${name} · ${words(change.employeeKind)}`];
    default:
      return ['dim', `${name} · ${(change as Change).__typename}`];
  }
}

function words(kind: string): string {
  return kind.replaceAll(/[._]/g, ' ').toLowerCase();
}

function completionSentence(name: string, change: Extract<Change, { __typename: 'CompletionChange' }>): [Colour, string] {
  const { completion, completionKind } = change;
  const title = courseTitles.get(completion?.courseCode ?? '') ?? completion?.courseCode ?? 'a course';
  const score = completion?.score == null ? '' : `, score ${completion.score}`;
  return [completionKind === 'FAILED' ? 'yellow' : 'dim', `${name} · ${title}: ${words(completionKind)}${score}`];
}

function credentialSentence(
  name: string,
  change: Extract<Change, { __typename: 'CredentialChange' }>,
  at: number,
  style: LineStyle,
): [Colour, string] {
  const { type, expiresAt } = change.credential;
  const [verb, colour, showsEnd] = credentialVerbs[change.credentialKind] ?? [change.credentialKind.toLowerCase(), 'cyan', true];
  const reason = change.reason ? `: ${change.reason}` : '';
  const end = !showsEnd ? '' : expiresAt === null ? ', never expires' : `, active until ${endText(expiresAt, at, style)}`;
  return [colour, `${name} · ${type.name} ${verb}${reason}${end}`];
}

function eligibilitySentence(
  name: string,
  change: Extract<Change, { __typename: 'EligibilityChange' }>,
  at: number,
  style: LineStyle,
): [Colour, string] {
  const verdict = change.after.replace('_', ' ');
  const until = change.until === null ? '' : ` until ${endText(change.until, at, style)}`;
  const because = change.because.length > 0 ? ` (${change.because.join('; ')})` : '';
  const role = change.role.title;
  switch (change.eligibilityKind) {
    case 'FORECAST':
      return ['dim', `${name} stays ${verdict} for ${role}${until || ' with no end in sight'}${because}`];
    case 'CORRECTION': {
      const stretch = [change.correctedFrom, change.correctedUntil].map((end) => end?.slice(0, 10) ?? 'open').join(' to ');
      return ['cyan', `${name} was ${verdict} for ${role} after all, ${stretch}${because}`];
    }
    default:
      return [verdictColours[change.after] ?? 'cyan', `${name} is now ${verdict} for ${role}${until}${because}`];
  }
}

function sinceText(at: number, now: number, style: LineStyle): string {
  return now - at < SOON_MS ? timeOfDay(at, style) : new Date(at).toISOString().slice(0, 10);
}

// the last valid day for what lasts, the time of day for what ends soon
function endText(end: string, from: number, style: LineStyle): string {
  const at = Date.parse(end);
  return at - from < SOON_MS ? timeOfDay(at, style) : new Date(at - 1).toISOString().slice(0, 10);
}

function timeOfDay(at: number, { timeZone }: LineStyle): string {
  return new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium', ...(timeZone && { timeZone }) }).format(at);
}
