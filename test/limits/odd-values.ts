// Values that are right, nearly right, and wrong, for every scalar of the schema.
import type { Chance } from '../kit/seeded';

/** A number as it is written: JavaScript has none for 1e400. */
export class Raw {
  constructor(readonly text: string) {}
}

/** A value of an enumeration: a word in a document, a string in JSON. */
export class Word {
  constructor(readonly text: string) {}
}

const TEXTS: readonly string[] = [
  ...['', ' ', '\t\n', '0', 'null', 'undefined', 'NaN', 'true', '__proto__', 'constructor', 'toString', '-1', '1e400'],
  ...['\u0000', 'a\u0000b', '\ud800', '\udfff\ud800', 'x\ud83d', '\u{1f600}', '\u202eabc', '\ufeff', 'e\u0301', '﷽'],
  ...["' OR 1=1 --", "'; DROP TABLE employee; --", '$1', '{{7*7}}', '${1}', '%s%n', '\\', '"', "'", '../../etc/passwd', '%00'],
  ...[
    '<script>',
    'https://example.org',
    'javascript:alert(1)',
    'x'.repeat(401),
    'x'.repeat(5_000),
    '𝒳'.repeat(300),
    '*',
    '(',
    '[',
    '.*',
  ],
  ...['E1', 'E2', 'M', 'T1', 'T2', 'C1', 'R1', 'R2', 'hris', 'department', 'Emergency', 'ward', 'sha256:', '2026-02-30', 'P1Y'],
];
const KNOWN: readonly string[] = [
  ...['E1', 'E2', 'E3', 'M', 'T1', 'T2', 'C1', 'C2', 'R1', 'R2', 'P', 'hris', 'department', 'Emergency', 'hire', 'Board'],
  ...['https://example.org/x', 'graph:read', 'REVOKED', 'credential.revoked'],
];
const INTEGERS = [0, 1, 2, 3, 5, 10, 50, 100, 200, 201, -1, -200, 2_147_483_647, -2_147_483_648];
const INSTANTS = [
  ...[
    '2026-06-01T12:00:00Z',
    '2026-01-01T00:00:00Z',
    '2027-06-01T12:00:00+14:00',
    '2020-02-29T23:59:59.999-12:00',
    '1970-01-01T00:00:00Z',
  ],
  ...[
    '0001-01-01T00:00:00Z',
    '9999-12-31T23:59:59.999Z',
    '0001-01-01T00:00:00+14:00',
    '9999-12-31T23:59:59-12:00',
    '1969-12-31T23:59:59Z',
  ],
  ...[
    '2026-02-30T00:00:00Z',
    '2026-06-01',
    '2026-06-01T24:00:00Z',
    '2026-06-01T12:00:60Z',
    '+275760-09-13T00:00:00Z',
    'infinity',
    'now',
  ],
];
const DAYS = [
  ...['2026-06-01', '2020-02-29', '2026-12-31', '1970-01-01', '0001-01-01', '9999-12-31', '2100-02-28'],
  ...['2026-02-29', '2026-13-01', '0000-01-01', '10000-01-01', '-0001-01-01', '2026-6-1', 'infinity', '2026-06-01T00:00:00Z'],
];
const SPANS = [
  ...['P1Y', 'P90D', 'P2Y6M', 'P1W', 'P0D', 'P10Y', 'P999Y', 'P36500D'],
  ...['P99999Y', 'P1000000000D', '-P1D', 'PT1H', 'P', 'P1.5D', 'P1YT', '1Y', 'P9007199254740993D'],
];

/** Makes values; what answers have shown is used again. */
export class OddValues {
  private readonly seen: string[] = [];
  /** Only what could be meant. */
  isCalm = false;

  constructor(private readonly chance: Chance) {}

  /** Remembers ids, cursors and hashes. */
  learn(answer: string): void {
    for (const [, text] of answer.matchAll(/"((?:[a-z]{3}_[0-9a-f-]{36})|[\w-]{40,120}|[A-Z]\w{1,7})"/g)) {
      if (this.seen.length < 400) this.seen.push(text!);
      else this.seen[this.chance.int(0, 399)] = text!;
    }
  }

  text(): string {
    const { chance, seen } = this;
    if (seen.length > 0 && chance.percent(50)) {
      const text = chance.pick(seen);
      return !this.isCalm && chance.percent(10) ? text.slice(0, -1) + chance.pick(['A', '0', '', '=']) : text;
    }
    return chance.pick(this.isCalm && chance.percent(90) ? KNOWN : TEXTS);
  }

  scalar(name: string): unknown {
    const { chance } = this;
    switch (name) {
      case 'Int':
        if (this.isCalm) return chance.int(0, 60);
        return chance.percent(3) ? new Raw(chance.pick(['1.5', '99999999999', '-0', '1e3'])) : chance.pick(INTEGERS);
      case 'Float':
        return !this.isCalm && chance.percent(15)
          ? new Raw(chance.pick(['1e400', '-1e400', '5e-324', '-0', '1e308']))
          : chance.int(-20, 500) / 4;
      case 'Boolean':
        return chance.percent(50);
      case 'DateTime':
        return chance.pick(this.isCalm || chance.percent(70) ? INSTANTS.slice(0, 5) : INSTANTS);
      case 'Date':
        return chance.pick(this.isCalm || chance.percent(70) ? DAYS.slice(0, 4) : DAYS);
      case 'Duration':
        return chance.pick(this.isCalm || chance.percent(70) ? SPANS.slice(0, 4) : SPANS);
      case 'JSON':
        return this.json(3);
      default:
        return this.text();
    }
  }

  /** Anything at all, whatever is expected. */
  wrong(): unknown {
    const { chance } = this;
    return chance.pick<() => unknown>([
      () => null,
      () => [],
      () => ({}),
      () => this.text(),
      () => chance.pick(INTEGERS),
      () => new Raw('1e400'),
      () => new Word(chance.pick(['NOPE', 'ACTIVE', 'nan', '_'])),
      () => [[[null]]],
      () => ({ [this.chance.pick(['a', 'id', 'value', '__typename'])]: this.text() }),
      () => true,
    ])();
  }

  private json(depth: number): unknown {
    const { chance } = this;
    if (depth === 0 || chance.percent(40)) return chance.pick<unknown>([null, true, 1, -0.5, this.text(), new Raw('1e400')]);
    if (chance.percent(40)) return Array.from({ length: chance.int(0, 3) }, () => this.json(depth - 1));
    return Object.fromEntries(
      Array.from({ length: chance.int(0, 3) }, () => [
        chance.pick(['a', 'b', 'ward', '', '__proto__', 'x\u0000']),
        this.json(depth - 1),
      ]),
    );
  }
}

/** A value as JSON writes it. */
export function jsonOf(value: unknown): string {
  if (value instanceof Raw) return value.text;
  if (value instanceof Word) return JSON.stringify(value.text);
  if (Array.isArray(value)) return `[${value.map(jsonOf).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  return `{${Object.entries(value)
    .map(([name, member]) => `${JSON.stringify(name)}:${jsonOf(member)}`)
    .join()}}`;
}

/** A value as a document writes it; names that no document can write are left out. */
export function literalOf(value: unknown): string {
  if (value instanceof Raw || value instanceof Word) return value.text;
  if (Array.isArray(value)) return `[${value.map(literalOf).join(' ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value).filter(([name]) => /^[A-Za-z_]\w*$/.test(name));
  return `{${members.map(([name, member]) => `${name}: ${literalOf(member)}`).join(' ')}}`;
}
