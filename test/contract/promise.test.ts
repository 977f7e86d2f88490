// What was promised answers until the day that was promised (J6): the check that stands before every change.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'graphql';
import { comparePromise, hasty } from '../../scripts/promise';
import { Deprecations } from '../../src/platform/graphql/deprecations';
import { buildGraphSchema } from '../../src/schema';

const UNTIL = '2027-06-30';
const reason = `@deprecated(reason: "Use another. Deprecated on 2026-11-29, answers until ${UNTIL}.")`;
const [LAST_DAY, AFTER] = [UNTIL, '2027-07-01'];

/** A schema in which everything that can be deprecated is; what is in brackets can be left out. */
const sdl = (without: readonly string[] = [], of = reason): string =>
  Object.entries({
    old: `type Query { a(x: Int [old: Int ${of}] in: In): E [b: Leaf ${of}] } [type Leaf { c: Int }]`,
    value: `enum E { STAYS [GOES ${of}] }`,
    input: `input In { kept: Int [gone: Int ${of}] }`,
  })
    .map(([name, text]) => text.replace(/\[([^\]]*)\]/g, without.includes(name) ? '' : '$1'))
    .join('\n');

const EVERYTHING = ['old', 'value', 'input'];

describe('what was promised', () => {
  it('is kept by the schema that promises it', () => {
    expect(comparePromise(sdl(), sdl(), LAST_DAY)).toEqual({ breaking: [], dangerous: [], removable: [] });
    expect(comparePromise(sdl(), sdl(), AFTER).removable).toEqual([
      `E.GOES: answered until ${UNTIL}`,
      `In.gone: answered until ${UNTIL}`,
      `Query.a(old:): answered until ${UNTIL}`,
      `Query.b: answered until ${UNTIL}`,
    ]);
  });

  it('may be taken back once its last day is over, together with what only it led to', () => {
    expect(comparePromise(sdl(), sdl(EVERYTHING), AFTER).breaking).toEqual([]);
    for (const part of EVERYTHING) expect(comparePromise(sdl(), sdl([part]), AFTER).breaking).toEqual([]);
  });

  it('may not on its last day, nor when it was never deprecated in the promise', () => {
    expect(comparePromise(sdl(), sdl(EVERYTHING), LAST_DAY).breaking.toSorted()).toEqual([
      'ARG_REMOVED: Query.a arg old was removed.',
      'FIELD_REMOVED: In.gone was removed.',
      'FIELD_REMOVED: Query.b was removed.',
      'TYPE_REMOVED: Leaf was removed.',
      'VALUE_REMOVED_FROM_ENUM: GOES was removed from enum type E.',
    ]);
    expect(comparePromise(sdl([], ''), sdl(EVERYTHING), AFTER).breaking).toHaveLength(5);
    // a type that something else still leads to stays promised
    const promise = `type Query { a: Leaf b: Leaf ${reason} } type Leaf { c: Int }`;
    expect(comparePromise(promise, 'type Query { a: Int }', AFTER).breaking).toEqual([
      'TYPE_REMOVED: Leaf was removed.',
      'FIELD_CHANGED_KIND: Query.a changed type from Leaf to Int.',
    ]);
    // so does one to which nothing ever led
    expect(comparePromise(`${sdl()} scalar Lonely`, sdl(EVERYTHING), AFTER).breaking).toEqual([
      'TYPE_REMOVED: Lonely was removed.',
    ]);
  });

  it('cannot be shortened, nor begin on the day on which clients are first told that it ends', () => {
    const shorter = sdl([], reason.replace(UNTIL, '2027-06-01'));
    expect(comparePromise(sdl(), shorter, LAST_DAY).breaking).toContain(
      `Query.b was promised to answer until ${UNTIL}, not 2027-06-01 only.`,
    );
    expect(hasty(sdl([], ''), sdl(), '2027-01-01')).toHaveLength(0);
    expect(hasty(sdl([], ''), sdl(), '2027-01-02')).toContain(
      'Query.b answers until 2027-06-30, and clients learn of it today: until 2027-07-01 at least',
    );
    expect(hasty(sdl(), sdl(), '2027-01-02')).toEqual([]);
  });

  it('is the file that clients are given, and the product says of all that is deprecated until when it answers', () => {
    const promised = readFileSync(path.join(__dirname, 'promised.graphql'), 'utf8');
    expect(parse(promised).definitions.length).toBeGreaterThan(50);
    const schema = buildGraphSchema();
    expect(() => new Deprecations(schema)).not.toThrow();
    schema.getQueryType()!.getFields()['employee']!.deprecationReason = 'Ask somebody else.';
    expect(() => new Deprecations(schema)).toThrow('Query.employee is deprecated: its reason must read like');
  });
});
