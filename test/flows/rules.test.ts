// Rules: what each operator means, which version decides, and why.
import { startTestApp, type TestApp } from '../kit/app';
import { keyOf, talkTo, type Talk } from '../kit/seed';

const holds = (typeCode: string, strict = false) => ({ holds: { typeCode, strict } });
const attribute = (name: string, test: object) => ({ attribute: { name, ...test } });

describe('rules', () => {
  let server: TestApp;
  let api: Talk;
  let roles = 0;
  beforeAll(async () => {
    server = await startTestApp({ at: '2026-06-01T12:00:00Z' });
    api = talkTo(server);
    const grace = { life: 'P1Y', grace: 'P30D', graceCounts: true };
    await api.defineTypes({ code: 'A' }, { code: 'B' }, { code: 'C' }, { code: 'G', renewal: grace });
  });
  afterAll(() => server.stop());

  const role = async (rule: object, more: object = {}): Promise<string> => {
    const code = `R${++roles}`;
    await api.defineRoles(code);
    expect((await api.publishRule(code, rule as never, more as never)).refusal).toBeNull();
    return code;
  };
  const verdict = async (who: string, code: string, at?: string): Promise<string> =>
    (await api.eligibility(who, code, 'verdict', { at })).verdict;
  const verdicts = async (rule: object, people: readonly string[]): Promise<string> => {
    const code = await role(rule);
    const found = await Promise.all(people.map((who) => verdict(who, code)));
    return found.join(' ').replaceAll('NOT_ELIGIBLE', 'no').replaceAll('ELIGIBLE', 'yes');
  };

  it('all, any, atLeast, not and holds decide as their truth table says (D1)', async () => {
    const people = ['-', 'A', 'B', 'AB', 'ABC'];
    await api.upsert(people.map((externalId) => ({ externalId })));
    await api.issue(
      people.flatMap((who) =>
        [...who.replace('-', '')].map((typeCode) => ({ employeeExternalId: who, typeCode, issuedOn: '2026-01-01' })),
      ),
    );
    const [a, b, c] = [holds('A'), holds('B'), holds('C')];
    expect({
      one: await verdicts(a, people),
      all: await verdicts({ all: [a, b] }, people),
      any: await verdicts({ any: [a, b] }, people),
      two: await verdicts({ atLeast: { n: 2, of: [a, b, c] } }, people),
      three: await verdicts({ atLeast: { n: 3, of: [a, b, c] } }, people),
      not: await verdicts({ not: a }, people),
      butNot: await verdicts({ all: [a, { not: b }] }, people),
      optional: await verdicts({ all: [a, { any: [b, { not: b }] }] }, people),
    }).toEqual({
      one: 'no yes no yes yes',
      all: 'no no no yes yes',
      any: 'no yes yes yes yes',
      two: 'no no no yes yes',
      three: 'no no no no yes',
      not: 'yes no yes no no',
      butNot: 'no yes no no no',
      optional: 'no yes no yes yes',
    });
  });

  it('a credential counts by its status: in grace unless the rule is strict, and not suspended, revoked or expired (D1)', async () => {
    const people = ['fresh', 'grace', 'expired', 'suspended', 'revoked'];
    await api.upsert(people.map((externalId) => ({ externalId })));
    const expiry: Record<string, string> = { grace: '2026-05-20', expired: '2026-03-01' };
    await api.issue(
      people.map((who) => ({
        employeeExternalId: who,
        typeCode: 'G',
        issuedOn: '2025-06-10',
        expiresOn: expiry[who] ?? '2026-12-31',
      })),
    );
    await api.suspend(['suspended', 'G'], 'audit');
    await api.revoke(['revoked', 'G'], 'fraud');
    expect(await verdicts(holds('G'), people)).toBe('yes GRACE no no no');
    expect(await verdicts(holds('G', true), people)).toBe('yes no no no no');
    expect(await verdicts({ not: holds('G') }, people)).toContain(' yes yes yes');
    const code = await role(holds('G'));
    expect(await api.eligibility('grace', code, 'verdict until untilVerdict')).toEqual({
      verdict: 'GRACE',
      until: '2026-06-20T00:00:00.000Z',
      untilVerdict: 'NOT_ELIGIBLE',
    });
  });

  it('an attribute is tested for one value, several or the least; a list passes with any of its elements (D1)', async () => {
    const people = ['at-n', 'at-m', 'at-null', 'at-none'];
    await api.upsert([
      {
        externalId: 'at-n',
        jobFamily: 'NURSING',
        roleCodes: ['X1', 'X2'],
        attributes: { payBand: 7, site: { city: 'Ulm', no: 1 } },
      },
      { externalId: 'at-m', jobFamily: 'MEDICINE', roleCodes: [], attributes: { payBand: 6.5, site: 'Ulm' } },
      {
        externalId: 'at-null',
        jobFamily: null,
        roleCodes: ['X2'],
        attributes: { payBand: null },
        effectiveAt: '2026-01-01T00:00:00Z',
      },
      { externalId: 'at-none', attributes: { payBand: 'seven' } },
    ]);
    expect({
      equals: await verdicts(attribute('jobFamily', { equals: 'NURSING' }), people),
      among: await verdicts(attribute('jobFamily', { in: ['MEDICINE', 'LAW'] }), people),
      least: await verdicts(attribute('payBand', { atLeast: 7 }), people),
      one: await verdicts(attribute('payBand', { equals: 6.5 }), people),
      listEquals: await verdicts(attribute('roleCodes', { equals: 'X2' }), people),
      listAmong: await verdicts(attribute('roleCodes', { in: ['X1', 'X9'] }), people),
      object: await verdicts(attribute('site', { equals: { no: 1, city: 'Ulm' } }), people),
    }).toEqual({
      equals: 'yes no no UNKNOWN',
      among: 'no yes no UNKNOWN',
      least: 'yes no no UNKNOWN',
      one: 'no yes no no',
      listEquals: 'yes no yes UNKNOWN',
      listAmong: 'yes no no UNKNOWN',
      object: 'yes no UNKNOWN UNKNOWN',
    });
  });

  it('what is not known is UNKNOWN and never silently a no; only what decides anyway overrules it (D1)', async () => {
    await api.upsert([{ externalId: 'unk', givenName: 'Una' }]);
    const open = attribute('clearance', { equals: 'high' });
    const [yes, no] = [{ not: holds('A') }, holds('A')];
    const of = (rule: object) => verdicts(rule, ['unk']);
    expect({
      leaf: await of(open),
      not: await of({ not: open }),
      all: await of({ all: [open, yes] }),
      allBut: await of({ all: [open, no] }),
      any: await of({ any: [open, no] }),
      anyBut: await of({ any: [open, yes] }),
      least: await of({ atLeast: { n: 2, of: [open, yes, no] } }),
    }).toEqual({
      leaf: 'UNKNOWN',
      not: 'UNKNOWN',
      all: 'UNKNOWN',
      allBut: 'no',
      any: 'UNKNOWN',
      anyBut: 'yes',
      least: 'UNKNOWN',
    });
    await api.defineRoles('NO-RULE');
    expect(await api.eligibility('unk', 'NO-RULE', 'verdict ruleVersion explanation { op verdict }')).toEqual({
      verdict: 'UNKNOWN',
      ruleVersion: null,
      explanation: [{ op: 'rule', verdict: 'UNKNOWN' }],
    });
    // the value arrives and the answer with it; before it did, nobody knew
    const code = await role(open);
    await api.upsert([{ externalId: 'unk', attributes: { clearance: 'high' }, effectiveAt: '2026-05-01T00:00:00Z' }]);
    expect(await verdict('unk', code)).toBe('ELIGIBLE');
    expect(await verdict('unk', code, '2026-04-30T23:59:59Z')).toBe('UNKNOWN');
  });

  it('during holds from its first instant to just before its last, and tells when it will be yes (D1 N1)', async () => {
    await api.upsert([{ externalId: 'dur', effectiveAt: '2020-01-01T00:00:00Z' }]);
    const code = await role({ during: { from: '2026-08-01T00:00:00Z', until: '2026-09-01T00:00:00Z' } });
    const selection = 'verdict since until untilVerdict nextEligibleAt';
    expect(await api.eligibility('dur', code, selection)).toEqual({
      verdict: 'NOT_ELIGIBLE',
      since: '1900-01-01T00:00:00.000Z',
      until: '2026-08-01T00:00:00.000Z',
      untilVerdict: 'ELIGIBLE',
      nextEligibleAt: '2026-08-01T00:00:00.000Z',
    });
    expect(await api.eligibility('dur', code, selection, { at: '2026-08-01T00:00:00Z' })).toMatchObject({
      verdict: 'ELIGIBLE',
      until: '2026-09-01T00:00:00.000Z',
      nextEligibleAt: null,
    });
    expect(await verdict('dur', code, '2026-08-31T23:59:59.999Z')).toBe('ELIGIBLE');
    expect(await api.eligibility('dur', code, selection, { at: '2026-09-01T00:00:00Z' })).toMatchObject({
      verdict: 'NOT_ELIGIBLE',
      until: null,
      nextEligibleAt: null,
    });
    // time alone brings nothing to somebody who lacks a credential
    const lacking = await role({ all: [holds('A'), { during: { from: '2026-08-01T00:00:00Z' } }] });
    expect(await api.eligibility('dur', lacking, 'verdict nextEligibleAt')).toEqual({
      verdict: 'NOT_ELIGIBLE',
      nextEligibleAt: null,
    });
    const since = await role({ during: { from: '2026-01-01T00:00:00Z' } });
    const until = await role({ during: { until: '2026-06-01T12:00:00Z' } });
    expect([await verdict('dur', since), await verdict('dur', until)]).toEqual(['ELIGIBLE', 'NOT_ELIGIBLE']);
  });

  it('every decision names its version, and older ones go on being explained by theirs (D2)', async () => {
    await api.upsert([{ externalId: 'ver', effectiveAt: '2020-01-01T00:00:00Z' }]);
    await api.issue([{ employeeExternalId: 'ver', typeCode: 'A', issuedOn: '2020-01-01' }]);
    const code = await role(holds('A'), { effectiveFrom: '2026-01-01T00:00:00Z' });
    const look = (at: string) => api.eligibility('ver', code, 'verdict ruleVersion until explanation { op text }', { at });
    const before = await look('2026-03-01T00:00:00Z');
    expect(before).toMatchObject({ verdict: 'ELIGIBLE', ruleVersion: 1, until: null, explanation: [{ op: 'holds' }] });
    const { version } = await api.publishRule(code, { all: [holds('A'), holds('B')] }, { effectiveFrom: '2026-07-01T00:00:00Z' });
    expect(version!.version).toBe(2);
    expect(await look('2026-03-01T00:00:00Z')).toEqual({ ...before, until: '2026-07-01T00:00:00.000Z' });
    expect(await look('2025-12-31T23:59:59Z')).toMatchObject({ verdict: 'UNKNOWN', ruleVersion: null });
    expect(await look('2026-06-30T23:59:59Z')).toMatchObject({ verdict: 'ELIGIBLE', ruleVersion: 1 });
    expect(await look('2026-07-01T00:00:00Z')).toMatchObject({
      verdict: 'NOT_ELIGIBLE',
      ruleVersion: 2,
      explanation: [{ op: 'all' }, { op: 'holds' }, { op: 'holds' }],
    });
    expect((await api.eligibility('ver', code, 'untilBecause')).untilBecause).toEqual(['rule version 2 takes effect']);
    const ruleAt = async (at: string) =>
      (await api.ask(`role(code: "${code}") { rule(at: "${at}") { version effectiveFrom effectiveUntil ast hash publishedBy } }`))
        .role.rule;
    expect(await ruleAt('2025-01-01T00:00:00Z')).toBeNull();
    expect(await ruleAt('2026-06-01T00:00:00Z')).toMatchObject({
      version: 1,
      effectiveFrom: '2026-01-01T00:00:00.000Z',
      effectiveUntil: '2026-07-01T00:00:00.000Z',
      ast: holds('A'),
      publishedBy: 'key:admin',
    });
    expect(await ruleAt('2026-07-01T00:00:00Z')).toMatchObject({ version: 2, effectiveUntil: null, hash: version!.hash });
    // published without a date: the first has always been in effect, the next begins now
    const undated = await role(holds('A'));
    await api.publishRule(undated, holds('B'));
    const versions = await Promise.all(
      ['2021-01-01T00:00:00Z', '2026-06-01T11:59:59Z', '2026-06-01T12:00:00Z'].map(
        async (at) => (await api.eligibility('ver', undated, 'ruleVersion', { at })).ruleVersion,
      ),
    );
    expect(versions).toEqual([1, 1, 2]);
    // what is read as ast can be published as it is, and is the same rule
    const copy = await api.publishRule(undated, version!.ast as never);
    expect(copy.version).toMatchObject({ version: 3, hash: version!.hash, text: version!.text });
  });

  it('a rule that others negate cannot begin to be pending, until they no longer do (N5)', async () => {
    const negated = await role(holds('A'));
    const between = await role({ any: [{ rule: { roleCode: negated } }, holds('B')] });
    const negating = await role({ all: [holds('C'), { not: { rule: { roleCode: between } } }] });
    const waiting = { any: [holds('A'), { approval: { kind: 'CHIEF' } }] };
    const document =
      'mutation ($input: RuleDraftInput!) { publishRule(input: $input) { version { version } refusal { code message path } } }';
    const { publishRule } = await server.query(document, { input: { roleCode: negated, rule: waiting } });
    const names = `(${negating} - ${between} - ${negated})`;
    expect(publishRule).toEqual({
      version: null,
      refusal: {
        code: 'RULE_NEGATES_PENDING',
        message: expect.stringContaining(names) as string,
        path: ['rule', 'any', '1', 'approval'],
      },
    });
    expect((await api.publishRule(negating, holds('C'))).refusal).toBeNull();
    expect((await api.publishRule(negated, waiting)).refusal).toBeNull();
    expect((await api.publishRule(negating, { not: { rule: { roleCode: between } } })).refusal).toMatchObject({
      code: 'RULE_NEGATES_PENDING',
    });
  });

  it('warns of a lapse ahead: AT_RISK from warnBefore on, at the second (D1 N1)', async () => {
    await api.upsert([{ externalId: 'risk' }, { externalId: 'ever' }]);
    await api.issue([
      { employeeExternalId: 'risk', typeCode: 'C', issuedOn: '2026-01-01', expiresOn: '2026-08-31' },
      { employeeExternalId: 'ever', typeCode: 'C', issuedOn: '2026-01-01' },
    ]);
    const code = await role(holds('C'), { warnBefore: 'P30D' });
    const selection = 'verdict until untilVerdict untilBecause nextEligibleAt';
    expect(await api.eligibility('risk', code, selection)).toEqual({
      verdict: 'ELIGIBLE',
      until: '2026-08-02T00:00:00.000Z',
      untilVerdict: 'AT_RISK',
      untilBecause: ['C certification expires on 2026-08-31'],
      nextEligibleAt: null,
    });
    expect(await api.eligibility('risk', code, selection, { at: '2026-08-02T00:00:00Z' })).toMatchObject({
      verdict: 'AT_RISK',
      until: '2026-09-01T00:00:00.000Z',
      untilVerdict: 'NOT_ELIGIBLE',
      nextEligibleAt: null,
    });
    expect(await verdict('risk', code, '2026-08-01T23:59:59Z')).toBe('ELIGIBLE');
    expect(await verdict('risk', code, '2026-09-01T00:00:00Z')).toBe('NOT_ELIGIBLE');
    expect(await api.eligibility('ever', code, 'verdict until')).toEqual({ verdict: 'ELIGIBLE', until: null });
    const segments = (await api.eligibility('risk', code, 'segments(from: "2026-06-01T00:00:00Z") { to verdict }')).segments;
    expect(segments).toEqual([
      { to: '2026-08-02T00:00:00.000Z', verdict: 'ELIGIBLE' },
      { to: '2026-09-01T00:00:00.000Z', verdict: 'AT_RISK' },
      { to: null, verdict: 'NOT_ELIGIBLE' },
    ]);
  });

  it('explains as a tree whose binding nodes decide and whose facts can be looked up (D2 D3)', async () => {
    await api.upsert([{ externalId: 'exp', jobFamily: 'NURSING' }]);
    const [issued] = (await api.issue([{ employeeExternalId: 'exp', typeCode: 'A', issuedOn: '2026-01-01' }])).results;
    const code = await role({
      all: [holds('A'), { any: [holds('B'), attribute('jobFamily', { equals: 'LAW' })] }, { not: holds('C') }],
    });
    const { explanation, verdict: said } = await api.eligibility(
      'exp',
      code,
      'verdict explanation { id parentId op verdict binding text factIds since until }',
    );
    expect(said).toBe('NOT_ELIGIBLE');
    const nodes = explanation as {
      id: string;
      parentId: string | null;
      op: string;
      binding: boolean;
      text: string;
      factIds: string[];
    }[];
    expect(nodes.map((node) => [node.op, node.binding])).toEqual([
      ['all', true],
      ['holds', false],
      ['any', true],
      ['holds', true],
      ['attribute', true],
      ['not', false],
      ['holds', false],
    ]);
    expect(nodes.filter((node) => node.parentId === null)).toEqual([nodes[0]]);
    nodes.forEach((node, i) => {
      expect(nodes.slice(0, i).some((earlier) => earlier.id === node.parentId)).toBe(i > 0);
      expect(node.text).not.toBe('');
    });
    expect(new Set(nodes.map((node) => node.id)).size).toBe(nodes.length);
    expect(nodes[1]!.factIds).toEqual([issued!.id]);
    expect(nodes[4]!.factIds).toHaveLength(1);
    for (const id of nodes.flatMap((node) => node.factIds))
      expect((await api.ask(`node(id: "${id}") { id }`)).node).toEqual({ id });
  });

  it('answers for one person and four kinds of target in one query, with reasons (D3)', async () => {
    await api.upsert([{ externalId: 'four', jobFamily: 'NURSING', attributes: { payBand: 5 }, roleCodes: ['NIGHT'] }]);
    await api.issue([{ employeeExternalId: 'four', typeCode: 'A', issuedOn: '2026-01-01' }]);
    const targets = [
      await role(attribute('jobFamily', { in: ['NURSING'] })),
      await role({ all: [attribute('payBand', { atLeast: 6 }), holds('A')] }),
      await role({ all: [attribute('roleCodes', { equals: 'NIGHT' }), holds('A')] }),
      await role({ all: [attribute('languages', { in: ['fr'] }), holds('A')] }),
    ];
    const { employee } = await api.ask(
      `employee(by: $by) { eligibilities(filter: { roleCode: $roles }) { totalCount nodes {
         role { code } verdict ruleVersion explanation { text binding } } } }`,
      { by: keyOf('four'), roles: targets },
      '($by: EmployeeKey!, $roles: [String!]) ',
    );
    expect(employee.eligibilities.totalCount).toBe(4);
    const byRole = new Map<string, any>(employee.eligibilities.nodes.map((node: any) => [node.role.code, node]));
    expect(targets.map((code) => byRole.get(code).verdict)).toEqual(['ELIGIBLE', 'NOT_ELIGIBLE', 'ELIGIBLE', 'UNKNOWN']);
    const reasons = targets.map((code) =>
      byRole
        .get(code)
        .explanation.filter((node: any) => node.binding)
        .map((node: any) => node.text)
        .join('; '),
    );
    expect(reasons[1]).toMatch(/pay ?band/i);
    expect(reasons[1]).not.toContain('certification');
    expect(reasons[3]).toMatch(/languages/i);
  });

  it('every `until` is an instant at which the answer differs, and nothing differs before it (N1)', async () => {
    const { eligibilities } = await api.ask(
      'eligibilities(first: 200, filter: { changesBefore: "2030-01-01T00:00:00Z" }) { nodes { employee { externalId } role { code } verdict until untilVerdict } }',
    );
    const ahead = eligibilities.nodes.filter((node: any) => node.until !== null);
    expect(ahead.length).toBeGreaterThan(3);
    for (const { employee, role: target, verdict: now, until, untilVerdict } of ahead) {
      const around = (ms: number) => verdict(employee.externalId, target.code, new Date(Date.parse(until) + ms).toISOString());
      expect([await around(-1000), await around(0)]).toEqual([now, untilVerdict]);
      expect(await around(1000)).not.toBe(now);
    }
  });

  describe('refuses, with a code and the place in the input (D1 D2)', () => {
    const deep = (levels: number): object => (levels === 0 ? holds('B') : { not: deep(levels - 1) });
    const chosen = (levels: number): object => (levels === 0 ? holds('A') : { atLeast: { n: 1, of: [chosen(levels - 1)] } });
    const choices = (levels: number): string[] => Array.from({ length: levels }, () => ['atLeast', 'of', '0']).flat();
    const nots = (levels: number): string[] => Array.from({ length: levels }, () => 'not');
    const table: [what: string, rule: object, code: string, path: string[]][] = [
      [
        'an unknown type',
        { all: [holds('A'), holds('NONE')] },
        'UNKNOWN_CREDENTIAL_TYPE',
        ['rule', 'all', '1', 'holds', 'typeCode'],
      ],
      ['an atLeast above its list', { atLeast: { n: 2, of: [holds('A')] } }, 'RULE_COUNT_OUT_OF_RANGE', ['rule', 'atLeast', 'n']],
      ['an atLeast of none', { atLeast: { n: 0, of: [holds('A')] } }, 'RULE_COUNT_OUT_OF_RANGE', ['rule', 'atLeast', 'n']],
      ['a period without bounds', { during: {} }, 'RULE_PERIOD_EMPTY', ['rule', 'during']],
      [
        'a period that ends as it begins',
        { any: [{ during: { from: '2026-01-01T00:00:00Z', until: '2026-01-01T00:00:00Z' } }] },
        'RULE_PERIOD_EMPTY',
        ['rule', 'any', '0', 'during', 'until'],
      ],
      ['an attribute without a test', attribute('jobFamily', {}), 'RULE_ATTRIBUTE_TEST', ['rule', 'attribute']],
      ['two tests', attribute('jobFamily', { equals: 'a', atLeast: 1 }), 'RULE_ATTRIBUTE_TEST', ['rule', 'attribute']],
      ['no values', attribute('jobFamily', { in: [] }), 'RULE_ATTRIBUTE_TEST', ['rule', 'attribute', 'in']],
      ['no such attribute', attribute('not a name', { equals: 1 }), 'RULE_ATTRIBUTE_UNKNOWN', ['rule', 'attribute', 'name']],
      ['a rule too deep', deep(12), 'RULE_TOO_DEEP', ['rule', ...nots(12)]],
      ['a rule too deep of the longest operator', chosen(12), 'RULE_TOO_DEEP', ['rule', ...choices(12)]],
      ['a rule far too deep', chosen(50), 'RULE_TOO_DEEP', ['rule', ...choices(12)]],
      ['a rule too large', { all: Array.from({ length: 200 }, () => holds('A')) }, 'RULE_TOO_LARGE', ['rule', 'all', '199']],
    ];
    it.each(table)('%s', async (_, rule, code, path) => {
      await api.defineRoles('REFUSED');
      const answer = await api.publishRule('REFUSED', rule as never);
      expect(answer).toMatchObject({ version: null, refusal: { code, path } });
      expect((await api.ask('role(code: "REFUSED") { rule { version } }')).role.rule).toBeNull();
    });

    it('a role nobody defined, and a rehearsal nobody made', async () => {
      expect((await api.publishRule('NOBODY', holds('A'))).refusal).toEqual({ code: 'UNKNOWN_ROLE', path: ['roleCode'] });
      await api.defineRoles('REFUSED');
      expect((await api.publishRule('REFUSED', holds('A'), { rehearsalHash: 'abc' })).refusal).toEqual({
        code: 'REHEARSAL_UNKNOWN',
        path: ['rehearsalHash'],
      });
    });

    it('what the schema itself excludes: two operators in one condition, a duration that is none', async () => {
      const send = (rule: object, more: object = {}) =>
        server.send('mutation ($input: RuleDraftInput!) { publishRule(input: $input) { refusal { code } } }', {
          input: { roleCode: 'REFUSED', rule, ...more },
        });
      for (const answer of [
        await send({ ...holds('A'), all: [] }),
        await send({}),
        await send(holds('A'), { warnBefore: '30 days' }),
      ])
        expect(answer.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
    });

    it('nothing of a rule at the limit: twelve levels, two hundred conditions', async () => {
      expect(await verdicts(deep(11), ['four'])).toBe('yes');
      expect(await verdicts(chosen(11), ['four'])).toBe('yes');
      expect(await verdicts({ all: Array.from({ length: 199 }, () => holds('A')) }, ['four'])).toBe('yes');
    });
  });
});
