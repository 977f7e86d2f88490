import fc from 'fast-check';
import { hasRepeatedName } from './repeated-name';

describe('a repeated name', () => {
  it.each([
    ['{"a":1,"a":2}', true],
    ['{"a":1,"\\u0061":2}', true],
    ['{ "a" : {"b":1} , "c":[{"a":1}], "a" : 1 }', true],
    ['{"a\\"":1,"a\\"":2}', true],
    ['{"a":"a","b":"a"}', false],
    ['{"a":{"b":1,"b":2}}', false],
    ['{"a":["b","b"],"b":1}', false],
    ['{"a":"\\",\\"a\\":","b":"{"}', false],
    ['{}', false],
  ])('of %s: %s', (json, expected) => {
    expect(hasRepeatedName(json)).toBe(expected);
  });

  it('is found wherever it is put into any object, and in no other', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), fc.nat(), (object, n) => {
        const entries = Object.entries(object).map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
        expect(hasRepeatedName(`{${entries.join(',')}}`)).toBe(false);
        const name = JSON.stringify(Object.keys(object)[n % entries.length]!);
        expect(hasRepeatedName(`{${[...entries, `${name}:0`].join(',')}}`)).toBe(true);
        expect(hasRepeatedName(`{${[`${name} : {}`, ...entries].join(' , ')}}`)).toBe(true);
      }),
    );
  });
});
