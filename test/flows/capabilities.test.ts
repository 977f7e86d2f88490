// "Unknown, because this source cannot say": what sources can speak of, and what follows when they cannot.
import { startTestApp, type TestApp } from '../kit/app';
import { talkTo, type IngestAnswer, type Talk } from '../kit/seed';

const day = (date: string) => `${date}T00:00:00.000Z`;

describe('capabilities of sources', () => {
  let server: TestApp;
  let api: Talk;
  let count = 0;
  beforeAll(async () => {
    server = await startTestApp({ at: '2026-06-01T12:00:00Z' });
    api = talkTo(server);
    await api.defineCourses({ code: 'C1', creditHours: 2 });
  });
  afterAll(() => server.stop());

  const declare = async (items: readonly object[], source = 'registry'): Promise<IngestAnswer> =>
    (
      await server.query(
        `mutation ($input: DeclareCapabilitiesInput!) { declareCapabilities(input: $input) { results { outcome refusal { code path } } cursor } }`,
        { input: { source, capabilities: items } },
      )
    )['declareCapabilities'];
  const outcomes = async (items: readonly object[], source?: string) =>
    (await declare(items, source)).results.map(({ outcome, refusal }) => refusal?.code ?? outcome);
  const role = async (rule: object): Promise<string> => {
    const code = `R${++count}`;
    await api.defineRoles(code);
    expect((await api.publishRule(code, rule as never)).refusal).toBeNull();
    return code;
  };
  const type = async (): Promise<string> => {
    const code = `T${++count}`;
    await api.defineTypes({ code });
    return code;
  };
  const newcomer = async (): Promise<string> => {
    const externalId = `P${++count}`;
    await api.upsert([{ externalId }]);
    return externalId;
  };
  const look = (who: string, code: string, when: object = {}) => api.eligibility(who, code, 'verdict since until', when);
  const verdict = async (who: string, code: string, when: object = {}) => (await look(who, code, when)).verdict as string;

  it('taken away turn a no into UNKNOWN for everybody it concerns, and given back into a no again; a yes stays (N15)', async () => {
    const typeCode = await type();
    const code = await role({ holds: { typeCode } });
    const not = await role({ not: { holds: { typeCode } } });
    const [holder, other] = [await newcomer(), await newcomer()];
    await api.issue([{ employeeExternalId: holder, typeCode, issuedOn: '2026-01-01' }]);
    expect([await verdict(holder, code), await verdict(other, code)]).toEqual(['ELIGIBLE', 'NOT_ELIGIBLE']);
    expect(await outcomes([{ subject: 'TYPE', code: typeCode }])).toEqual(['APPLIED']);
    expect([await verdict(holder, code), await verdict(other, code)]).toEqual(['ELIGIBLE', 'NOT_ELIGIBLE']);
    const away = { subject: 'TYPE', code: typeCode, able: false, effectiveAt: '2026-05-01T00:00:00Z' };
    expect(await outcomes([away])).toEqual(['APPLIED']);
    expect(await look(other, code)).toEqual({ verdict: 'UNKNOWN', since: day('2026-05-01'), until: null });
    expect([await verdict(holder, code), await verdict(other, not)]).toEqual(['ELIGIBLE', 'UNKNOWN']);
    expect(await verdict(other, code, { at: '2026-04-01T00:00:00Z' })).toBe('NOT_ELIGIBLE');
    const late = await newcomer();
    expect(await verdict(late, code)).toBe('UNKNOWN');
    expect(await outcomes([{ subject: 'TYPE', code: typeCode, effectiveAt: '2026-07-01T00:00:00Z' }])).toEqual(['APPLIED']);
    expect(await look(other, code)).toEqual({ verdict: 'UNKNOWN', since: day('2026-05-01'), until: day('2026-07-01') });
    const { found } = await api.changes('... on EligibilityChange { before after }', {
      employeeExternalId: [other],
      roleCode: [code],
    });
    expect(found).toContainEqual({ __typename: 'EligibilityChange', before: 'NOT_ELIGIBLE', after: 'UNKNOWN' });
  });

  it('are known when they were told: before, the answer was and stays a no, also where no rule refers to another (N15)', async () => {
    const typeCode = await type();
    const code = await role({ holds: { typeCode } });
    const who = await newcomer();
    await api.issue([{ employeeExternalId: who, typeCode, issuedOn: '2026-01-01', expiresOn: '2026-02-01' }]);
    const knownAt = new Date(server.clock.now()).toISOString();
    server.clock.advance(1_000);
    await declare([{ subject: 'TYPE', code: typeCode, able: false, effectiveAt: '2026-03-01T00:00:00Z' }]);
    const asked = (when: object) => api.eligibility(who, code, 'verdict explanation { verdict }', when);
    expect(await asked({})).toEqual({ verdict: 'UNKNOWN', explanation: [{ verdict: 'UNKNOWN' }] });
    expect(await asked({ knownAt })).toEqual({ verdict: 'NOT_ELIGIBLE', explanation: [{ verdict: 'NOT_ELIGIBLE' }] });
  });

  it('of another source fill the gap, and a rule published in it knows of it (N15)', async () => {
    const typeCode = await type();
    const who = await newcomer();
    await declare([{ subject: 'TYPE', code: typeCode }]);
    await declare([{ subject: 'TYPE', code: typeCode, able: false }]);
    const code = await role({ holds: { typeCode } });
    expect(await verdict(who, code)).toBe('UNKNOWN');
    await declare([{ subject: 'TYPE', code: typeCode, effectiveAt: '2026-05-01T00:00:00Z' }], 'second');
    expect(await verdict(who, code)).toBe('NOT_ELIGIBLE');
  });

  it('cover courses and events too, also through a rule that refers to another (N15)', async () => {
    const credits = await role({ credits: { courseCodes: ['C1'], min: 1, window: 'P1Y' } });
    const clean = await role({ noOpen: { trigger: 'near-miss', resolver: 'refresher' } });
    const both = await role({ all: [{ rule: { roleCode: credits } }, { rule: { roleCode: clean } }] });
    const who = await newcomer();
    const all = async () => [await verdict(who, credits), await verdict(who, clean), await verdict(who, both)];
    expect(await all()).toEqual(['NOT_ELIGIBLE', 'ELIGIBLE', 'NOT_ELIGIBLE']);
    await declare([{ subject: 'COURSE', code: 'C1', able: false }]);
    expect(await all()).toEqual(['UNKNOWN', 'ELIGIBLE', 'UNKNOWN']);
    await declare([{ subject: 'EVENT', code: 'near-miss', able: false }]);
    expect(await all()).toEqual(['UNKNOWN', 'UNKNOWN', 'UNKNOWN']);
    await api.complete([
      { employeeExternalId: who, courseCode: 'C1', status: 'PASSED', completedAt: '2026-05-01T00:00:00Z', creditHours: 1 },
    ]);
    expect(await all()).toEqual(['ELIGIBLE', 'UNKNOWN', 'UNKNOWN']);
  });

  it('said again change nothing, what is not defined is refused, and all words are listed (N15)', async () => {
    const typeCode = await type();
    const word = { subject: 'TYPE', code: typeCode };
    expect(await outcomes([word, word, { ...word, able: false }, { ...word, able: false }])).toEqual([
      'APPLIED',
      'UNCHANGED',
      'APPLIED',
      'UNCHANGED',
    ]);
    expect(
      await outcomes([
        { ...word, code: 'NONE' },
        { subject: 'COURSE', code: 'NONE' },
        { ...word, code: ' ' },
        { ...word, effectiveAt: '9999-01-01T00:00:00Z' },
      ]),
    ).toEqual(['UNKNOWN_CREDENTIAL_TYPE', 'UNKNOWN_COURSE', 'INVALID_CODE', 'DATE_OUT_OF_RANGE']);
    const { capabilities } = await api.ask('capabilities(first: 200) { totalCount nodes { source subject code isAble at } }');
    expect(capabilities.nodes.filter((node: { code: string }) => node.code === typeCode)).toEqual([
      { source: 'registry', subject: 'TYPE', code: typeCode, isAble: true, at: day('1900-01-01') },
      { source: 'registry', subject: 'TYPE', code: typeCode, isAble: false, at: new Date(server.clock.now()).toISOString() },
    ]);
    const { found } = await api.changes('... on DefinitionChange { kind code }', { kind: ['CAPABILITY_DECLARED'] });
    expect(found.filter(({ code }) => code === typeCode)).toHaveLength(2);
  });
});
