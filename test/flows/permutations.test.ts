// The order in which news arrives, and how often, does not matter: what is known in the end is the same.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { startTestApp, type TestApp } from '../kit/app';
import { talkTo, type Talk } from '../kit/seed';

const DAYS = ['2026-01-05', '2026-01-20', '2026-02-10', '2026-03-01', '2026-03-31', '2026-04-30'];
const HOURS = { IN_PROGRESS: '09', PASSED: '10', FAILED: '11' } as const;

/** One message; `who` stands for the person whose history it is. */
type News =
  | { readonly of: 'person'; readonly day: string; readonly fields: Readonly<Record<string, unknown>> }
  | {
      readonly of: 'completion';
      readonly day: string;
      readonly course: string;
      readonly attempt: string | null;
      readonly status: keyof typeof HOURS;
    }
  | {
      readonly of: 'issue';
      readonly day: string;
      readonly type: string;
      readonly instance: string | null;
      readonly end: string | null;
      readonly initial: boolean | null;
    };
interface Revocation {
  readonly day: string;
  readonly type: string;
}

const day = fc.constantFrom(...DAYS);
const news: fc.Arbitrary<News> = fc.oneof(
  fc
    .record({
      of: fc.constant('person' as const),
      day,
      name: fc.constantFrom('department', 'jobTitle', 'status', 'managerExternalId', 'hiredOn', 'attributes'),
    })
    .map(({ name, ...rest }) => {
      // about one day and attribute there is one truth
      const even = DAYS.indexOf(rest.day) % 2 === 0;
      const values: Record<string, unknown> = {
        department: even ? 'Sales' : 'Care',
        jobTitle: rest.day,
        status: even ? 'ACTIVE' : 'ON_LEAVE',
        managerExternalId: even ? 'BOSS' : null,
        hiredOn: '2026-02-01',
        attributes: { birthDate: even ? '1990-07-15' : '1990-08-15' },
      };
      return { ...rest, fields: { [name]: values[name] } };
    }),
  fc.record({
    of: fc.constant('completion' as const),
    day,
    course: fc.constantFrom('C1', 'C2', 'H', 'H'),
    attempt: fc.constantFrom('a1', 'a2', null),
    status: fc.constantFrom('PASSED' as const, 'PASSED' as const, 'FAILED' as const, 'IN_PROGRESS' as const),
  }),
  fc.record({
    of: fc.constant('issue' as const),
    day,
    type: fc.constantFrom('CERT', 'CERT', 'LIC', 'LIC', 'HIGH', 'BIENNIAL'),
    instance: fc.constantFrom(null, null, 'x'),
    end: fc.constantFrom(null, ...DAYS, '2026-09-30'),
    initial: fc.constantFrom(null, true, false),
  }),
);

describe('any order of arrival, with repetitions (B18, faults B2)', () => {
  let server: TestApp;
  let api: Talk;
  let people = 0;
  beforeAll(async () => {
    server = await startTestApp({ at: '2026-06-01T12:00:00Z' });
    api = talkTo(server);
    await api.defineCourses(
      { code: 'C1', passMark: 70, retakePolicy: 'HIGHEST_SCORE' },
      { code: 'C2' },
      { code: 'H', creditHours: 10 },
    );
    const policy = {
      life: 'P3M',
      anchor: 'EXPIRY',
      early: 'P1M',
      grace: 'P1M',
      graceCounts: true,
      backdate: true,
      reinstateWithin: 'P2M',
      noticeBefore: ['P7D'],
    };
    // hours renew HIGH, which renews CERT; BIENNIAL ends in the month of birth
    const biennial = { fixedFrom: { attribute: 'birthDate', day: 'BEFORE_MONTH', minActive: 'P2M' } };
    await api.defineTypes(
      { code: 'CERT', renewal: policy },
      { code: 'LIC' },
      { code: 'HIGH', renewal: { life: 'P2M', anchor: 'EXPIRY', grace: 'P1M', backdate: true }, renews: ['CERT'] },
      { code: 'BIENNIAL', renewal: biennial },
    );
    await api.publishAward('HIGH', { cycle: { courseCodes: ['H'], min: 15, carryOver: { max: 5 } } });
    await api.publishAward('CERT', { all: [{ passed: { courseCode: 'C1' } }, { passed: { courseCode: 'C2' } }] });
    await api.defineRoles('R');
    await api.publishRule('R', {
      any: [
        { holds: { typeCode: 'CERT' } },
        { all: [{ holds: { typeCode: 'LIC' } }, { attribute: { name: 'department', equals: 'Sales' } }] },
      ],
    });
    await api.upsert([{ externalId: 'BOSS' }]);
  });
  afterAll(() => server.stop());

  const send = async (who: string, message: News): Promise<void> => {
    if (message.of === 'person')
      await api.upsert([{ externalId: who, effectiveAt: `${message.day}T00:00:00Z`, ...message.fields }]);
    else if (message.of === 'completion') {
      const { course, attempt, status } = message;
      const score = attempt === 'a1' ? 80 : attempt === 'a2' ? 90 : 60;
      await api.complete([
        {
          employeeExternalId: who,
          courseCode: course,
          attemptId: attempt,
          status,
          score,
          completedAt: `${message.day}T${HOURS[status]}:00:00Z`,
          evidenceUrl: `https://e/${score}`,
        },
      ]);
    } else {
      const { type, instance, end, initial } = message;
      await api.issue([
        {
          employeeExternalId: who,
          typeCode: type,
          instance,
          issuedOn: message.day,
          expiresOn: end,
          initial,
          evidenceUrl: `https://i/${message.day}/${end}`,
        },
      ]);
    }
  };

  /** Everything anybody can ask about a person, but for ids and for when it was learnt. */
  const stateOf = async (who: string): Promise<string> => {
    const person =
      'name status department jobTitle hiredOn manager { externalId } credentials { nodes { type { code } instance status statusText issuedAt expiresAt evidenceUrl } } eligibilities { nodes { verdict since until untilVerdict untilBecause nextEligibleAt explanation { id verdict since until binding } } }';
    const states = await Promise.all(
      [undefined, '2026-02-15T00:00:00Z', '2026-04-01T00:00:00Z', '2026-08-01T00:00:00Z'].map((at) =>
        api.person(who, person, { at }),
      ),
    );
    const whole = await api.person(
      who,
      `completions { nodes { courseCode attemptId status score completedAt decisions { outcome at isEligible isHeld isFirst missing ruleVersion } } }
       credentials { nodes { type { code } instance history { kind occurredAt reason ruleVersion evidenceUrl } } }
       eligibilities { nodes { segments { from to verdict ruleVersion } } }`,
      { at: '2026-12-31T00:00:00Z' },
    );
    const waiting = (await api.quarantine()).nodes.filter((node) => node.item.includes(`"${who}"`)).length;
    const sorted = (value: unknown): unknown =>
      Array.isArray(value)
        ? value
            .map(sorted)
            .map((one) => JSON.stringify(one))
            .sort()
        : typeof value === 'object' && value !== null
          ? Object.fromEntries(Object.entries(value).map(([name, member]) => [name, sorted(member)]))
          : value;
    return JSON.stringify(sorted([states, whole, waiting]), null, 1).replaceAll(who, 'WHO');
  };

  const hashOf = (state: string): string => createHash('sha256').update(state).digest('hex');

  const live = async (
    history: readonly News[],
    revocation: Revocation | null,
    revokeAt: number,
    personFirst: boolean,
  ): Promise<string> => {
    const who = `P${people++}`;
    const person = { externalId: who, givenName: 'Pat', effectiveAt: '2026-01-01T00:00:00Z' };
    if (personFirst) await api.upsert([person]);
    for (const [i, message] of history.entries()) {
      if (revocation && i === revokeAt) await api.revoke([who, revocation.type], 'fraud', `${revocation.day}T12:00:00Z`);
      await send(who, message);
    }
    if (revocation && revokeAt >= history.length)
      await api.revoke([who, revocation.type], 'fraud', `${revocation.day}T12:00:00Z`);
    if (!personFirst) await api.upsert([person]);
    return stateOf(who);
  };

  it('does not matter either for results of one instant (B18)', async () => {
    const result = (course: string, attempt: string): News => ({
      of: 'completion',
      day: '2026-02-10',
      course,
      attempt,
      status: 'PASSED',
    });
    for (const results of [
      [result('C1', 'a1'), result('C2', 'a1')],
      [result('C1', 'a1'), result('C1', 'a2'), result('C2', 'a1')],
    ]) {
      const [forward, backward] = await Promise.all([live(results, null, 0, true), live([...results].reverse(), null, 0, true)]);
      expect(backward).toEqual(forward);
    }
  });

  it('ends in the same state as the news in order', async () => {
    const stories = fc
      .record({
        history: fc.array(news, { minLength: 2, maxLength: 7 }),
        revocation: fc.option(fc.record({ day, type: fc.constantFrom('CERT', 'LIC') }), { freq: 2 }),
      })
      .chain(({ history, revocation }) =>
        fc.record({
          history: fc.constant([...history].sort((a, b) => (a.day < b.day ? -1 : 1))),
          shuffled: fc
            .shuffledSubarray([...history, ...history], { minLength: history.length })
            .filter((list) => history.every((message) => list.includes(message))),
          revocation: fc.constant(revocation),
          revokeAt: fc.nat({ max: 14 }),
          personFirst: fc.boolean(),
        }),
      );
    await fc.assert(
      fc.asyncProperty(stories, async ({ history, shuffled, revocation, revokeAt, personFirst }) => {
        const inOrder = history.findIndex((message) => revocation !== null && message.day > revocation.day);
        const [expected, actual] = await Promise.all([
          live(history, revocation, inOrder < 0 ? history.length : inOrder, true),
          // somebody unknown has nothing to revoke: then the person comes first
          live(shuffled, revocation, revokeAt, personFirst || revocation !== null),
        ]);
        if (hashOf(actual) !== hashOf(expected)) expect(actual).toEqual(expected);
      }),
      { numRuns: Number(process.env.RUNS ?? 25) },
    );
    expect((await api.quarantine()).totalCount).toBe(0);
  }, 120_000);
});
