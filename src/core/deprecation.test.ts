import { endOf, firstEnd, isOver, readDeprecation, startOfDay } from './deprecation';

const reason = (since: string, until: string): string => `Use \`name\`. Deprecated on ${since}, answers until ${until}.`;

describe('a deprecation', () => {
  it('says what to use, since when, and until when it answers', () => {
    const text = reason('2026-11-29', '2027-06-30');
    expect(readDeprecation(text)).toEqual({ reason: text, since: '2026-11-29', until: '2027-06-30' });
  });

  it('answers for 180 days at least', () => {
    expect(firstEnd('2026-11-29')).toBe('2027-05-28');
    expect(readDeprecation(reason('2026-11-29', '2027-05-28'))).toMatchObject({ until: '2027-05-28' });
    expect(readDeprecation(reason('2026-11-29', '2027-05-27'))).toBe(
      'must answer for 180 days, that is until 2027-05-28 at least',
    );
  });

  it.each([
    'No longer supported',
    'Deprecated on 2026-11-29, answers until 2027-06-30.',
    'Use `name`. Answers until 2027-06-30.',
    reason('2026-11-31', '2027-06-30'),
    reason('2026-11-29', '2027-02-30'),
    `${reason('2026-11-29', '2027-06-30')} Perhaps.`,
  ])('without that is none: %s', (text) => {
    expect(readDeprecation(text)).toMatch(/^must read like/);
  });

  it('is over once its last day is', () => {
    expect(isOver({ until: '2027-06-30' }, '2027-06-30')).toBe(false);
    expect(isOver({ until: '2027-06-30' }, '2027-07-01')).toBe(true);
    expect(new Date(startOfDay('2026-11-29')).toISOString()).toBe('2026-11-29T00:00:00.000Z');
    expect(new Date(endOf({ until: '2027-06-30' })).toISOString()).toBe('2027-07-01T00:00:00.000Z');
  });
});
