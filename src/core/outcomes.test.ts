import { canOpen, effectOn, type OutcomeTrigger } from './outcomes';
import type { Verdict } from './verdict';

const VERDICTS: readonly Verdict[] = ['ELIGIBLE', 'AT_RISK', 'GRACE', 'PENDING', 'UNKNOWN', 'NOT_ELIGIBLE'];
const trigger = (more: Partial<OutcomeTrigger> = {}): OutcomeTrigger => ({
  active: true,
  roleCode: null,
  when: ['ELIGIBLE', 'AT_RISK'],
  from: null,
  ...more,
});
const effect = (before: Verdict | null, after: Verdict, more: Partial<OutcomeTrigger> = {}) =>
  effectOn(trigger(more), { roleCode: 'NURSE', before, after });

describe('an outcome', () => {
  it('opens on entering its verdicts, and ends on leaving them; between them nothing happens', () => {
    expect(effect('NOT_ELIGIBLE', 'ELIGIBLE')).toBe('OPENS');
    expect(effect('GRACE', 'AT_RISK')).toBe('OPENS');
    expect(effect('ELIGIBLE', 'AT_RISK')).toBeNull();
    expect(effect('AT_RISK', 'ELIGIBLE')).toBeNull();
    expect(effect('AT_RISK', 'GRACE')).toBe('ENDS');
    expect(effect('NOT_ELIGIBLE', 'PENDING')).toBe('ENDS');
  });

  it('opens only from the verdicts it names, a verdict that was never given counting as NOT_ELIGIBLE', () => {
    expect(effect('PENDING', 'ELIGIBLE', { from: ['NOT_ELIGIBLE'] })).toBeNull();
    expect(effect('NOT_ELIGIBLE', 'ELIGIBLE', { from: ['NOT_ELIGIBLE'] })).toBe('OPENS');
    expect(effect(null, 'ELIGIBLE', { from: ['NOT_ELIGIBLE'] })).toBe('OPENS');
    expect(effect(null, 'ELIGIBLE', { from: ['GRACE'] })).toBeNull();
    expect(effect('GRACE', 'NOT_ELIGIBLE', { from: ['NOT_ELIGIBLE'] })).toBe('ENDS');
  });

  it('knows only the roles it watches', () => {
    expect(effect('NOT_ELIGIBLE', 'ELIGIBLE', { roleCode: ['MEDIC'] })).toBeNull();
    expect(effect('ELIGIBLE', 'NOT_ELIGIBLE', { roleCode: ['MEDIC'] })).toBeNull();
    expect(effect('NOT_ELIGIBLE', 'ELIGIBLE', { roleCode: ['MEDIC', 'NURSE'] })).toBe('OPENS');
  });

  it('that is no longer in use opens nothing, and ends what is open', () => {
    expect(effect('NOT_ELIGIBLE', 'ELIGIBLE', { active: false })).toBeNull();
    expect(effect('ELIGIBLE', 'NOT_ELIGIBLE', { active: false })).toBe('ENDS');
  });

  it('can open if and only if some change of verdict opens it', () => {
    const sets: Verdict[][] = [
      [],
      ['ELIGIBLE'],
      ['ELIGIBLE', 'AT_RISK'],
      ['GRACE'],
      ['NOT_ELIGIBLE', 'PENDING'],
      [...VERDICTS.slice(1)],
    ];
    for (const when of sets) {
      for (const from of [null, ...sets]) {
        const opening = VERDICTS.some((before) => VERDICTS.some((after) => effect(before, after, { when, from }) === 'OPENS'));
        expect([when, from, canOpen({ roleCode: null, when, from })]).toEqual([when, from, opening]);
      }
    }
    expect(canOpen({ roleCode: [], when: ['ELIGIBLE'], from: null })).toBe(false);
  });
});
