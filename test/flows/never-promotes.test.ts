// Eligibility opens doors and moves nobody through them: what a person's job is, only a source of people says.
import { getNamedType, isInputObjectType, type GraphQLInputType } from 'graphql';
import { buildGraphSchema } from '../../src/schema';
import { startTestApp, type TestApp } from '../kit/app';
import { talkTo, type Talk } from '../kit/seed';
import { sourcesUnder } from '../kit/source';

/** What a promotion would set. */
const OF_THE_JOB = /^(jobTitle|roleCodes|employmentType|costCenter|(pay|salary|wage)(Band|Grade|Rate|Amount|Step)?|grade)$/i;

describe('nobody is promoted by a rule', () => {
  it('no mutation but that of people takes a job title, role codes or pay (D5)', () => {
    const named = (type: GraphQLInputType, seen: Set<string>): string[] => {
      const own = getNamedType(type);
      if (!isInputObjectType(own) || seen.has(own.name)) return [];
      seen.add(own.name);
      return Object.values(own.getFields()).flatMap((field) => [field.name, ...named(field.type, seen)]);
    };
    const mutations = Object.values(buildGraphSchema().getMutationType()!.getFields());
    const able = mutations.filter(({ args }) =>
      args.some(({ name, type }) => [name, ...named(type, new Set())].some((field) => OF_THE_JOB.test(field))),
    );
    // the other one says what a job title lets people see, and not who has it
    expect(able.map(({ name }) => name)).toEqual(['upsertEmployees', 'mapAccessRole']);
  });

  it('nothing but what a source says of people is ever written about their jobs (D5)', () => {
    const writing = sourcesUnder('src').filter(({ text }) =>
      /(INSERT INTO|UPDATE|DELETE FROM) employee_(fact|state)\b/.test(text),
    );
    // erasure puts a mark in the place of the name of whoever is forgotten
    expect(writing.map(({ path }) => path)).toEqual(['src/graph/erasure/store.ts', 'src/graph/people/facts.ts']);
    const calling = sourcesUnder('src').filter(({ imports }) =>
      imports.some(({ names }) => names.some((name) => ['recordAssertions', 'deriveStates', 'applyEmployees'].includes(name))),
    );
    expect(calling.map(({ path }) => path)).toEqual(['src/appliers.ts', 'src/graph/people/upsert.ts']);
  });

  describe('in a running graph', () => {
    let server: TestApp;
    let api: Talk;
    beforeAll(async () => {
      server = await startTestApp({ at: '2026-06-01T12:00:00Z' });
      api = talkTo(server);
    });
    afterAll(() => server.stop());

    it('who becomes eligible for a higher role, by a fact, a rule or time, has the job they had (D5)', async () => {
      await api.defineTypes({ code: 'CHARGE' });
      await api.defineRoles('NURSE', 'CHARGE-NURSE');
      await api.definePath('WARD', ['NURSE', 'CHARGE-NURSE']);
      const job = { jobTitle: 'Nurse', jobFamily: 'NURSING', roleCodes: ['NURSE'], attributes: { payBand: 5 } };
      await api.upsert([{ externalId: 'P', hiredOn: '2026-05-01', effectiveAt: '2026-05-01T00:00:00Z', ...job }]);
      const look = () => api.person('P', 'version jobTitle jobFamily roleCodes attributes');
      const { version, ...before } = await look();
      const { cursor, refusal } = await api.publishRule('CHARGE-NURSE', { holds: { typeCode: 'CHARGE' } });
      expect(refusal).toBeNull();
      const to = async (verdict: string) => expect((await api.eligibility('P', 'CHARGE-NURSE', 'verdict')).verdict).toBe(verdict);
      await to('NOT_ELIGIBLE');
      await api.issue([{ employeeExternalId: 'P', typeCode: 'CHARGE', issuedOn: '2026-05-15' }]);
      await to('ELIGIBLE');
      await api.publishRule('CHARGE-NURSE', {
        all: [{ attribute: { name: 'jobTitle', equals: 'Nurse' } }, { during: { from: '2026-07-01T00:00:00Z' } }],
      });
      await to('NOT_ELIGIBLE');
      server.clock.advance(60 * 86_400_000);
      await to('ELIGIBLE');
      const { version: later, ...after } = await look();
      expect(after).toEqual(before);
      expect(later).toBeGreaterThan(version);
      const { found } = await api.changes('... on EmployeeChange { kind }', { employeeExternalId: ['P'] }, cursor);
      expect(found.filter(({ __typename }) => __typename === 'EmployeeChange')).toEqual([]);
      expect(found.filter(({ __typename }) => __typename === 'EligibilityChange').length).toBeGreaterThan(1);
    });
  });
});
