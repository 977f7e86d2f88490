import { GraphQLFloat, GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { parseDay, parseSpan } from '../../core/calendar';
import { isoText } from '../../core/instant-text';
import { badInput } from './errors';

const RFC3339 = /^(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}:\d{2})(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;

/** The years 0001 to 9999, which RFC 3339 can write. */
const FIRST_INSTANT = -62_135_596_800_000;
const LAST_INSTANT = 253_402_300_799_999;

/** Reads an RFC 3339 instant with its offset as epoch milliseconds (finer digits are cut); null when it is not one. */
export function parseInstant(text: string): number | null {
  const match = RFC3339.exec(text);
  if (!match || parseDay(match[1]!) === null) return null;
  const ms = Date.parse(`${match[1]}T${match[2]}${(match[3] ?? '').slice(0, 4)}${match[4]!.toUpperCase()}`);
  return Number.isNaN(ms) || ms < FIRST_INSTANT || ms > LAST_INSTANT ? null : ms;
}

function textScalar(name: string, description: string, parse: (text: string) => unknown, serialize: (value: unknown) => unknown) {
  const read = (value: unknown) => {
    if (typeof value !== 'string') throw badInput(`A string is expected. ${description}`);
    return parse(value);
  };
  return new GraphQLScalarType({
    name,
    description,
    serialize,
    parseValue: read,
    parseLiteral: (node: ValueNode) => read(node.kind === Kind.STRING ? node.value : undefined),
  });
}

/** In the server an instant is a number of milliseconds since 1970-01-01T00:00:00Z. */
export const DateTimeScalar = textScalar(
  'DateTime',
  'An instant, RFC 3339 with its offset, years 0001 to 9999: 2026-04-10T14:05:00Z.',
  (text) => {
    const instant = parseInstant(text);
    if (instant === null) throw badInput('This is not an RFC 3339 instant such as 2026-04-10T14:05:00Z.');
    return instant;
  },
  // what a life leads to may lie beyond: it is shown as the last instant that can be written
  (value) => isoText(Math.min(Math.max(value as number, FIRST_INSTANT), LAST_INSTANT)),
);

export const DateScalar = textScalar(
  'Date',
  'A civil day, ISO 8601: 2026-04-10.',
  (text) => {
    const day = parseDay(text);
    if (day === null) throw badInput('This is not a calendar day such as 2026-04-10.');
    return day;
  },
  String,
);

export const DurationScalar = textScalar(
  'Duration',
  'A calendar duration, ISO 8601 in years, months, weeks and days: P2Y, P90D.',
  (text) => {
    if (parseSpan(text) === null) {
      throw badInput('This is not a calendar duration: use years, months, weeks and days, such as P2Y or P90D.');
    }
    return text;
  },
  String,
);

export const CursorScalar = textScalar(
  'Cursor',
  'An opaque position in the change log; exclusive when passed as `after`.',
  (text) => text,
  String,
);

/**
 * Float, with one difference to the library's: a number too large for JSON's readers (1e400) is let in from variables as it is from
 * literals, to be the fault of the item it is in and not of the request.
 */
export const FloatScalar = new GraphQLScalarType({
  ...GraphQLFloat.toConfig(),
  parseValue: (value) => (value === Infinity || value === -Infinity ? value : GraphQLFloat.parseValue(value)),
});

export const JsonScalar = new GraphQLScalarType({
  name: 'JSON',
  description: 'Any JSON value.',
  serialize: (value) => value,
  parseValue: (value) => value,
  parseLiteral: (node, variables) => literal(node, variables ?? {}),
});

function literal(node: ValueNode, variables: Record<string, unknown>): unknown {
  switch (node.kind) {
    case Kind.NULL:
      return null;
    case Kind.INT:
    case Kind.FLOAT:
      return Number(node.value);
    case Kind.STRING:
    case Kind.BOOLEAN:
    case Kind.ENUM:
      return node.value;
    case Kind.LIST:
      return node.values.map((value) => literal(value, variables));
    case Kind.OBJECT:
      return Object.fromEntries(node.fields.map((field) => [field.name.value, literal(field.value, variables)]));
    case Kind.VARIABLE:
      return variables[node.name.value] ?? null;
  }
}
