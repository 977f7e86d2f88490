// Rehearsing a rule: what is answered is what publishing it does, and nothing is written.
import { startTestApp, type TestApp } from '../kit/app';
import { talkTo, type Talk } from '../kit/seed';

const NOW = '2026-06-01T12:00:00.000Z';
const HORIZON_END = '2027-06-01T12:00:00.000Z';
const DAY = 86_400_000;
const holds = (typeCode: string, strict = false) => ({ holds: { typeCode, strict } });

interface Change {
  readonly employee: { readonly externalId: string };
  readonly at: string;
  readonly before: string;
  readonly after: string;
}

interface Rehearsal {
  readonly hash: string;
  readonly refusal: { code: string; message: string; path: string[] } | null;
  readonly gainedNow: number;
  readonly lostNow: number;
  readonly affected: { totalCount: number; nodes: Change[] };
}

describe('a rehearsal', () => {
  let server: TestApp;
  let api: Talk;
  let roles = 0;
  beforeEach(async () => {
    server = await startTestApp({ at: NOW });
    api = talkTo(server);
    const grace = { life: 'P6M', grace: 'P30D', graceCounts: true };
    await api.defineTypes({ code: 'A', renewal: grace }, { code: 'B', renewal: { life: 'P1Y' } }, { code: 'C' });
  });
  afterEach(() => server.stop());

  const newRole = async (): Promise<string> => {
    const code = `R${++roles}`;
    await api.defineRoles(code);
    return code;
  };
  const rehearse = async (roleCode: string, rule: object, more: object = {}, horizon?: string): Promise<Rehearsal> =>
    (
      await server.query(
        `mutation ($input: RuleDraftInput!, $horizon: Duration) { rehearseRule(input: $input, horizon: $horizon) {
           hash refusal { code message path } gainedNow lostNow
           affected(first: 200) { totalCount nodes { employee { externalId } at before after } } } }`,
        { input: { roleCode, rule, ...more }, horizon },
      )
    ).rehearseRule;
  const publish = (roleCode: string, rule: object, rehearsalHash: string, more: object = {}) =>
    server
      .query(
        'mutation ($input: RuleDraftInput!) { publishRule(input: $input) { version { version } refusal { code message path } } }',
        { input: { roleCode, rule, rehearsalHash, ...more } },
      )
      .then(({ publishRule }) => publishRule as { version: { version: number } | null; refusal: Rehearsal['refusal'] });
  const told = (changes: readonly Change[]) =>
    changes.map((change) => `${change.employee.externalId} ${change.at} ${change.before} ${change.after}`);

  /** Everybody's verdict at instants, as clients read it. */
  const verdicts = async (
    roleCode: string,
    people: readonly string[],
    instants: readonly string[],
  ): Promise<Map<string, string>> => {
    const found = new Map<string, string>();
    for (const at of instants) {
      const { eligibilities } = await api.ask(
        `eligibilities(first: 200, at: "${at}", filter: { roleCode: ["${roleCode}"] }) { nodes { employee { externalId } verdict } }`,
      );
      for (const who of people) found.set(`${who} ${at}`, 'UNKNOWN');
      for (const node of eligibilities.nodes) found.set(`${node.employee.externalId} ${at}`, node.verdict);
    }
    return found;
  };

  it('equals what publishing at the same instant changes, at every instant of the horizon (N5)', async () => {
    let seed = 11;
    const next = (below: number) => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) % below;
    const day = (offset: number) => new Date(Date.parse('2026-06-01T00:00:00Z') + offset * DAY).toISOString().slice(0, 10);
    const people = Array.from({ length: 20 }, (_, i) => `E${i}`);
    await api.upsert(
      people.map((externalId, i) => ({
        externalId,
        department: ['ICU', 'ER', null][i % 3],
        effectiveAt: '2020-01-01T00:00:00Z',
      })),
    );
    await api.issue(
      people.flatMap((employeeExternalId) =>
        ['A', 'B', 'C'].flatMap((typeCode) => (next(3) > 0 ? [{ employeeExternalId, typeCode, issuedOn: day(-next(400)) }] : [])),
      ),
    );
    await api.upsert([{ externalId: 'E3', department: 'ER', effectiveAt: '2026-09-01T00:00:00Z' }]);
    const icu = { attribute: { name: 'department', equals: 'ICU' } };
    const role = await newRole();
    const drafts: [rule: object, more: object][] = [
      [{ any: [holds('A'), icu] }, { warnBefore: 'P30D' }],
      [{ all: [holds('A', true), { any: [holds('B'), holds('C')] }] }, { warnBefore: 'P60D' }],
      [{ any: [{ all: [holds('B'), icu] }, { not: holds('A') }] }, { effectiveFrom: '2026-08-15T00:00:00Z' }],
      [holds('B'), { effectiveFrom: '2026-01-01T00:00:00Z' }],
    ];
    for (const [rule, more] of drafts) {
      const rehearsal = await rehearse(role, rule, more);
      const { affected } = rehearsal;
      expect(rehearsal.refusal).toBeNull();
      expect(affected.nodes).toHaveLength(affected.totalCount);
      const around = affected.nodes
        .flatMap(({ at }) => [at, new Date(Date.parse(at) - 1).toISOString()])
        .filter((at) => at >= NOW);
      const weekly = Array.from({ length: 12 }, (_, i) => new Date(Date.parse(NOW) + i * 30 * DAY).toISOString());
      const instants = [...new Set([NOW, ...around.slice(0, 24), ...weekly, HORIZON_END])].sort();
      const before = await verdicts(role, people, instants);
      expect((await publish(role, rule, rehearsal.hash, more)).refusal).toBeNull();
      const after = await verdicts(role, people, instants);
      const expected = (who: string, at: string) => {
        const last = affected.nodes.filter((change) => change.employee.externalId === who && change.at <= at).at(-1);
        const isStill = last && last.before === before.get(`${who} ${at}`) && last.after === after.get(`${who} ${at}`);
        return before.get(`${who} ${at}`) === after.get(`${who} ${at}`) || isStill;
      };
      for (const who of people) for (const at of instants) expect([who, at, expected(who, at)]).toEqual([who, at, true]);
      for (const change of affected.nodes) {
        if (!instants.includes(change.at)) continue;
        const key = `${change.employee.externalId} ${change.at}`;
        expect([before.get(key), after.get(key)]).toEqual([change.before, change.after]);
      }
      const eligible = (verdict: string | undefined) => verdict === 'ELIGIBLE' || verdict === 'AT_RISK';
      const now = people.map((who) => [eligible(before.get(`${who} ${NOW}`)), eligible(after.get(`${who} ${NOW}`))]);
      expect([rehearsal.gainedNow, rehearsal.lostNow]).toEqual([
        now.filter(([was, is]) => !was && is).length,
        now.filter(([was, is]) => was && !is).length,
      ]);
    }
  });

  it('writes nothing, and its pages hold every change once, in order (N5)', async () => {
    const people = ['P-3', 'P-1', 'P-2'];
    await api.upsert(people.map((externalId) => ({ externalId })));
    await api.issue(people.map((employeeExternalId) => ({ employeeExternalId, typeCode: 'A', issuedOn: '2026-05-01' })));
    const role = await newRole();
    const [{ pos }] = (await server.execute('SELECT pos FROM log_head')) as [{ pos: string }];
    const { affected } = await rehearse(role, holds('A'));
    const half = [
      '2026-06-01T12:00:00.000Z UNKNOWN ELIGIBLE',
      '2026-11-01T00:00:00.000Z UNKNOWN GRACE',
      '2026-12-01T00:00:00.000Z UNKNOWN NOT_ELIGIBLE',
    ];
    expect(told(affected.nodes)).toEqual(['P-1', 'P-2', 'P-3'].flatMap((who) => half.map((change) => `${who} ${change}`)));
    expect(await server.execute('SELECT pos FROM log_head')).toEqual([{ pos }]);
    expect(await server.execute('SELECT count(*)::int AS count FROM rule_version')).toEqual([{ count: 0 }]);
    const page = async (args: string) =>
      (
        await server.query(
          `mutation ($input: RuleDraftInput!) { rehearseRule(input: $input) { affected(${args}) { nodes { employee { externalId } at before after }
             pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }`,
          { input: { roleCode: role, rule: holds('A') } },
        )
      ).rehearseRule.affected;
    const seen: string[] = [];
    for (let args = 'first: 2'; ;) {
      const { nodes, pageInfo } = await page(args);
      seen.push(...told(nodes));
      if (!pageInfo.hasNextPage) break;
      args = `first: 2, after: "${pageInfo.endCursor}"`;
    }
    expect(seen).toEqual(told(affected.nodes));
    const end = await page('last: 4');
    expect(told(end.nodes)).toEqual(seen.slice(-4));
    expect(told((await page(`last: 3, before: "${end.pageInfo.startCursor}"`)).nodes)).toEqual(seen.slice(2, 5));
    // what takes effect at once does so a moment later on the next page
    const withoutInstant = (change: string): string => change.replace(/ \S+Z/, '');
    const walked: string[] = [];
    for (let args = 'first: 1'; walked.length < 20;) {
      server.clock.advance(7);
      const { nodes, pageInfo } = await page(args);
      walked.push(...told(nodes));
      if (!pageInfo.hasNextPage) break;
      args = `first: 1, after: "${pageInfo.endCursor}"`;
    }
    expect(walked.map(withoutInstant)).toEqual(seen.map(withoutInstant));
  });

  it('looks as far as it is told, and refuses what publishing would refuse (N5)', async () => {
    await api.upsert([{ externalId: 'solo' }]);
    await api.issue([{ employeeExternalId: 'solo', typeCode: 'A', issuedOn: '2026-05-01' }]);
    const role = await newRole();
    const near = await rehearse(role, holds('A'), {}, 'P1M');
    expect(told(near.affected.nodes)).toEqual([`solo ${NOW} UNKNOWN ELIGIBLE`]);
    const refused = await rehearse(role, { all: [holds('A'), { not: holds('A') }] });
    expect(refused).toMatchObject({
      hash: '',
      refusal: { code: 'RULE_CANNOT_HOLD', path: ['rule'] },
      gainedNow: 0,
      affected: { totalCount: 0 },
    });
    expect(await rehearse('NOBODY', holds('A'))).toMatchObject({ refusal: { code: 'UNKNOWN_ROLE' } });
    expect(await rehearse(role, holds('A'), { warnBefore: 'P11Y' })).toMatchObject({
      refusal: { code: 'RULE_DURATION_INVALID', path: ['warnBefore'] },
    });
  });

  describe('lets its hash be published', () => {
    const two = async (): Promise<string> => {
      await api.upsert([{ externalId: 'one' }, { externalId: 'two' }]);
      await api.issue([{ employeeExternalId: 'one', typeCode: 'A', issuedOn: '2026-05-01' }]);
      return newRole();
    };

    it('as long as nothing has changed, also later and when what changed does not matter (N5)', async () => {
      const role = await two();
      const { hash } = await rehearse(role, holds('A'));
      server.clock.advance(3 * DAY);
      await api.issue([{ employeeExternalId: 'two', typeCode: 'B', issuedOn: '2026-05-01' }]);
      expect(await publish(role, holds('A'), hash)).toEqual({ version: { version: 1 }, refusal: null });
      const later = await rehearse(role, holds('B'));
      server.clock.advance(DAY);
      expect(await publish(role, holds('B'), later.hash)).toEqual({ version: { version: 2 }, refusal: null });
    });

    it('and not when a fact changed what it would do: the refusal says to whom (N5)', async () => {
      const role = await two();
      const { hash } = await rehearse(role, holds('A'));
      server.clock.advance(DAY);
      await api.issue([{ employeeExternalId: 'two', typeCode: 'A', issuedOn: '2026-06-01' }]);
      const { version, refusal } = await publish(role, holds('A'), hash);
      expect(version).toBeNull();
      expect(refusal).toEqual({
        code: 'REHEARSAL_STALE',
        message:
          'Since the rehearsal the draft\'s effect on one person has changed: "two" from UNKNOWN to ELIGIBLE at 2026-06-02T12:00:00.000Z instead of ' +
          'from UNKNOWN to NOT_ELIGIBLE at 2026-06-02T12:00:00.000Z. Rehearse it again and look.',
        path: ['rehearsalHash'],
      });
      expect((await publish(role, holds('A'), (await rehearse(role, holds('A'))).hash)).refusal).toBeNull();
    });

    it('and not when another version was published meanwhile (N5)', async () => {
      const role = await two();
      const { hash } = await rehearse(role, holds('A'));
      await api.publishRule(role, holds('B'));
      expect((await publish(role, holds('A'), hash)).refusal).toMatchObject({ code: 'REHEARSAL_STALE' });
    });

    it('and not when what differed is over before it is published (N5)', async () => {
      const role = await two();
      const { hash } = await rehearse(role, holds('A'));
      await api.suspend(['one', 'A'], 'audit');
      server.clock.advance(DAY / 24);
      await api.reinstate(['one', 'A'], 'done');
      server.clock.advance(DAY);
      expect((await publish(role, holds('A'), hash)).refusal).toBeNull();
    });

    it('of this draft only, and only until its horizon is over (N5)', async () => {
      const role = await two();
      const { hash } = await rehearse(role, holds('A'), {}, 'P1M');
      expect((await publish(role, holds('B'), hash)).refusal).toMatchObject({ code: 'REHEARSAL_OF_ANOTHER_DRAFT' });
      expect((await publish(role, holds('A'), hash, { warnBefore: 'P1D' })).refusal).toMatchObject({
        code: 'REHEARSAL_OF_ANOTHER_DRAFT',
      });
      expect((await publish(await newRole(), holds('A'), hash)).refusal).toMatchObject({ code: 'REHEARSAL_OF_ANOTHER_DRAFT' });
      expect((await publish(role, holds('A'), `${hash}x`)).refusal).toMatchObject({ code: 'REHEARSAL_UNKNOWN' });
      expect((await publish(role, holds('A'), '')).refusal).toMatchObject({ code: 'REHEARSAL_UNKNOWN' });
      server.clock.advance(61 * DAY);
      expect((await publish(role, holds('A'), hash)).refusal).toMatchObject({ code: 'REHEARSAL_STALE' });
    });
  });
});
