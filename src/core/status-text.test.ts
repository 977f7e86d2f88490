import { Temporal } from 'temporal-polyfill';
import { parseSpan, startOfDay, type Span } from './calendar';
import { foldHolding, NEVER_EXPIRES, statusAt, type Evidence, type RenewalPolicy } from './renewal';
import { credentialLabel, statusText } from './status-text';

const span = (text: string): Span => parseSpan(text) as Span;
const at = (text: string): number => Temporal.Instant.from(text).epochMilliseconds;

describe('the plain-language status (C15)', () => {
  const zone = 'America/New_York';
  const policy: RenewalPolicy = {
    ...NEVER_EXPIRES(zone),
    life: span('P2Y'),
    grace: span('P30D'),
    graceCounts: true,
    noticeBefore: [span('P7D'), span('P90D')],
  };
  const issued = startOfDay('2025-03-31', zone);
  const first: Evidence = {
    kind: 'AWARD',
    id: 'a',
    at: issued,
    expiresAt: null,
    initial: null,
    recordedAt: at('2025-03-01T12:00:00Z'),
  };
  const label = credentialLabel({ name: 'CPR', kind: 'CERTIFICATION' });
  const say = (instant: string, evidence: Evidence[] = [first], p = policy): string => {
    const { segments } = foldHolding(p, evidence);
    return statusText({ label, segment: statusAt(segments, at(instant)), at: at(instant), zone, noticeBefore: p.noticeBefore });
  };

  it.each([
    ['2025-02-01T00:00:00Z', 'CPR certification not held'],
    ['2025-03-01T12:00:00Z', 'CPR certification not yet active, begins 2025-03-31'],
    ['2025-03-31T03:59:59Z', 'CPR certification not yet active, begins 2025-03-31'],
    ['2025-03-31T04:00:00Z', 'CPR certification active until 2027-03-30'],
    ['2026-12-30T04:59:59Z', 'CPR certification active until 2027-03-30'],
    ['2026-12-30T05:00:00Z', 'Recertification due in 90 days'],
    ['2027-02-13T05:00:00Z', 'Recertification due in 45 days'],
    ['2027-02-14T04:59:59Z', 'Recertification due in 45 days'],
    ['2027-03-29T12:00:00Z', 'Recertification due in 1 day'],
    ['2027-03-30T04:00:00Z', 'Recertification due today'],
    ['2027-03-31T03:59:59Z', 'Recertification due today'],
    ['2027-03-31T04:00:00Z', 'CPR certification expired on 2027-03-30, in grace until 2027-04-29'],
    ['2027-04-30T04:00:00Z', 'CPR certification expired on 2027-03-30'],
  ])('at %s: %s', (instant, expected) => expect(say(instant)).toBe(expected));

  it('tells suspended, revoked and never expiring', () => {
    const act = (kind: 'SUSPENSION' | 'REVOCATION', text: string): Evidence => ({
      kind,
      id: kind,
      at: at(text),
      recordedAt: at(text),
    });
    const evidence = [first, act('SUSPENSION', '2026-01-10T12:00:00Z'), act('REVOCATION', '2026-05-02T02:00:00Z')];
    expect(say('2026-02-01T00:00:00Z', evidence)).toBe('CPR certification suspended');
    expect(say('2028-02-01T00:00:00Z', evidence)).toBe('CPR certification revoked on 2026-05-01');
    expect(say('2030-01-01T00:00:00Z', [first], NEVER_EXPIRES(zone))).toBe('CPR certification active, never expires');
  });

  it('is silent about recertification without notices, and exact to an end within a day', () => {
    expect(say('2027-03-30T12:00:00Z', [first], { ...policy, noticeBefore: [] })).toBe(
      'CPR certification active until 2027-03-30',
    );
    const short: Evidence = { ...first, expiresAt: at('2025-06-10T16:00:00Z') };
    const oneDay = { ...policy, noticeBefore: [span('P1D')] };
    expect(say('2025-06-09T15:59:59Z', [short], oneDay)).toBe('CPR certification active until 2025-06-10');
    expect(say('2025-06-09T16:00:00Z', [short], oneDay)).toBe('Recertification due in 1 day');
    expect(say('2025-06-10T15:59:59Z', [short], oneDay)).toBe('Recertification due today');
    expect(say('2025-06-10T16:00:00Z', [short], oneDay)).toBe(
      'CPR certification expired on 2025-06-10, in grace until 2025-07-10',
    );
  });

  it.each([
    ['CPR', 'CERTIFICATION', 'CPR certification'],
    ['Nursing', 'LICENSE', 'Nursing license'],
    ['Forklift', 'BADGE', 'Forklift badge'],
    ['Code of conduct', 'ATTESTATION', 'Code of conduct attestation'],
    ['Driving Licence', 'LICENSE', 'Driving Licence'],
    ['AIHR People Analytics Certificate', 'CERTIFICATION', 'AIHR People Analytics Certificate'],
    ['First Aid Badge', 'CERTIFICATION', 'First Aid Badge'],
    ['Precertification', 'CERTIFICATION', 'Precertification certification'],
    ['Badge', 'BADGE', 'Badge'],
  ] as const)('calls %s, a %s, %s', (name, kind, expected) => expect(credentialLabel({ name, kind })).toBe(expected));
});
