import fc from 'fast-check';
import { isoText, parseUtcText } from './instant-text';

const instants = fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 });

describe('instants as text', () => {
  it('are written as Date writes them, in all the years it knows', () => {
    const anyInstant = fc.integer({ min: -8.64e15, max: 8.64e15 });
    fc.assert(fc.property(fc.oneof(instants, anyInstant), (instant) => isoText(instant) === new Date(instant).toISOString()));
    expect([0, -1, 8.64e15, 1.9].map(isoText)).toEqual([0, -1, 8.64e15, 1.9].map((instant) => new Date(instant).toISOString()));
    expect(() => isoText(Infinity)).toThrow(RangeError);
    expect(() => isoText(NaN)).toThrow(RangeError);
  });

  it('are read as PostgreSQL writes them, digits after the third cut off', () => {
    fc.assert(
      fc.property(instants, fc.integer({ min: 0, max: 999 }), (instant, micros) => {
        const [, day, time, millis] = /^(.*)T(.*)\.(.*)Z$/.exec(new Date(instant).toISOString())!;
        const fraction = `${millis}${String(micros).padStart(3, '0')}`.replace(/0+$/, '');
        return parseUtcText(`${day} ${time}${fraction && '.'}${fraction}+00`) === instant;
      }),
    );
    const written = [
      '2026-04-10 14:05:00+00',
      '2026-04-10 14:05:00.1+00',
      '2026-04-10 14:05:00.12+00',
      '2026-04-10 14:05:00.123987+00',
    ];
    const expected = ['00.000', '00.100', '00.120', '00.123'].map((seconds) => Date.parse(`2026-04-10T14:05:${seconds}Z`));
    expect(written.map(parseUtcText)).toEqual(expected);
  });

  it('that are written otherwise are not read at all', () => {
    const others = [
      'infinity',
      '10000-01-01 00:00:00+00',
      '0044-03-15 12:00:00+00 BC',
      '2026-04-10 14:05:00+02',
      '2026-04-10T14:05:00Z',
      '',
    ];
    expect(others.map(parseUtcText)).toEqual(others.map(() => null));
  });
});
