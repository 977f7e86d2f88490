// Proofs against the model: whatever was told, in whatever order, the log alone leads to the answer, and the file verifies.
import { verifyProof } from '../../src/graph/proofs/verify';
import { startTestApp } from '../kit/app';
import { seeded } from '../kit/seeded';
import { keyOf } from '../kit/seed';
import { History } from './history';

jest.setTimeout(120_000);

const WRITES = 60;
const QUESTIONS = 80;
const AT_ONCE = 4;
const EXPORT = `mutation ($input: ExportProofInput!) { exportProof(input: $input) { file refusal { code message } } }`;

it.each([5, 23])('say of random histories what the model says, from the file alone (seed %d)', async (seed) => {
  const server = await startTestApp({ at: new Date(History.start - 1).toISOString() });
  try {
    const history = new History(server, seed);
    const { model } = history;
    const chance = seeded(seed + 1);
    await history.define();
    for (let i = 0; i < WRITES; i++) await history.next();
    server.clock.advance(1);
    const asked = history.instants(QUESTIONS).map((at) => {
      const told = chance.pick(history.told);
      const person = chance.pick(History.people.filter((one) => (model.people.get(one) ?? Infinity) <= told.write));
      const role = chance.percent(70) ? chance.pick(['R1', 'R2', 'R3']) : null;
      return { at, told, person, role, type: chance.pick(History.types) };
    });
    const sort = new Map<string, number>();
    const ask = async ({ at, told, person, role, type }: (typeof asked)[number]) => {
      if (person === undefined) return;
      const input = {
        employee: keyOf(person),
        ...(role === null ? { typeCode: type } : { roleCode: role }),
        at: new Date(at).toISOString(),
        knownAt: new Date(told.at).toISOString(),
        reason: 'to compare',
      };
      const { exportProof } = await server.query(EXPORT, { input });
      expect(exportProof.refusal).toBeNull();
      const proof = verifyProof(exportProof.file);
      if (typeof proof === 'string') throw new Error(proof);
      const { answer } = proof.document;
      if (role === null) {
        const holding = model.holding(person, type, at, told.write);
        expect(answer['isActive']).toBe(holding?.status === 'ACTIVE');
        expect((answer['holdings'] as { status: string | null }[])[0]?.status ?? null).toBe(holding?.status ?? null);
      } else {
        const rule = model.rule(role, at, told.write);
        const verdict = rule === null ? 'UNKNOWN' : model.verdict(person, rule, at, told.write);
        expect([answer['verdict'], answer['ruleVersion']]).toEqual([verdict, rule?.version ?? null]);
      }
      const key = role === null ? `active ${String(answer['isActive'])}` : String(answer['verdict']);
      sort.set(key, (sort.get(key) ?? 0) + 1);
    };
    for (let i = 0; i < asked.length; i += AT_ONCE) await Promise.all(asked.slice(i, i + AT_ONCE).map(ask));
    // the questions were of all sorts
    for (const key of ['active true', 'active false', 'ELIGIBLE', 'NOT_ELIGIBLE', 'UNKNOWN'])
      expect(sort.get(key)).toBeGreaterThan(0);
  } finally {
    await server.stop();
  }
});
