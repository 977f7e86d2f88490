// Career paths: moves between roles, cycles included.
import { startTestApp, type TestApp } from '../kit/app';
import { talkTo, type Talk } from '../kit/seed';

describe('career paths', () => {
  let server: TestApp;
  let api: Talk;
  beforeAll(async () => {
    server = await startTestApp({ at: '2026-06-01T12:00:00Z' });
    api = talkTo(server);
    await api.defineRoles('AIDE', 'NURSE', 'LEAD', 'DIRECTOR', 'TRAINER');
  });
  afterAll(() => server.stop());

  const path = async (code: string) =>
    (await api.ask(`careerPath(code: "${code}") { id code title roles { code } moves { from { code } to { code } } }`))
      .careerPath;
  const next = async (code: string): Promise<string[]> =>
    (await api.ask(`role(code: "${code}") { nextRoles { code } }`)).role.nextRoles.map((role: { code: string }) => role.code);
  const move = (from: string, to: string) => ({ from: { code: from }, to: { code: to } });

  it('keeps the moves as defined and says where each role leads, over all paths, each once', async () => {
    const [result] = (await api.definePath('CARE', ['AIDE', 'NURSE'], ['NURSE', 'LEAD'], ['LEAD', 'DIRECTOR'])).results;
    expect(result).toMatchObject({ outcome: 'APPLIED', refusal: null });
    await api.definePath('TEACH', ['NURSE', 'TRAINER'], ['NURSE', 'LEAD']);
    expect(await path('CARE')).toEqual({
      id: result!.id,
      code: 'CARE',
      title: 'CARE',
      roles: ['AIDE', 'DIRECTOR', 'LEAD', 'NURSE'].map((code) => ({ code })),
      moves: [move('AIDE', 'NURSE'), move('NURSE', 'LEAD'), move('LEAD', 'DIRECTOR')],
    });
    expect(await next('NURSE')).toEqual(['LEAD', 'TRAINER']);
    expect(await next('AIDE')).toEqual(['NURSE']);
    expect(await next('DIRECTOR')).toEqual([]);
    expect((await api.ask(`node(id: "${result!.id}") { id ... on CareerPath { code } }`)).node).toEqual({
      id: result!.id,
      code: 'CARE',
    });
    expect(await path('NOWHERE')).toBeNull();
  });

  it('allows cycles, and a role that leads to itself', async () => {
    const [result] = (await api.definePath('ROUND', ['LEAD', 'TRAINER'], ['TRAINER', 'LEAD'], ['TRAINER', 'TRAINER'])).results;
    expect(result!.outcome).toBe('APPLIED');
    expect(await next('TRAINER')).toEqual(['LEAD', 'TRAINER']);
    expect(await next('LEAD')).toEqual(['DIRECTOR', 'TRAINER']);
    const around = await api.ask('role(code: "LEAD") { nextRoles { code nextRoles { code nextRoles { code } } } }');
    expect(around.role.nextRoles[1]).toMatchObject({ code: 'TRAINER', nextRoles: [{ code: 'LEAD' }, { code: 'TRAINER' }] });
  });

  it('a definition replaces the earlier one under its id; the same again changes nothing', async () => {
    const first = await api.definePath('ANEW', ['AIDE', 'TRAINER'], ['AIDE', 'LEAD']);
    const again = await api.definePath('ANEW', ['AIDE', 'TRAINER'], ['AIDE', 'LEAD']);
    expect(again.results[0]).toMatchObject({ outcome: 'UNCHANGED', id: first.results[0]!.id });
    expect((await api.changes('position', null, first.cursor)).found).toEqual([]);
    const changed = await api.definePath('ANEW', ['AIDE', 'DIRECTOR']);
    expect(changed.results[0]).toMatchObject({ outcome: 'APPLIED', id: first.results[0]!.id });
    expect((await path('ANEW')).moves).toEqual([move('AIDE', 'DIRECTOR')]);
    expect(await next('AIDE')).toEqual(['DIRECTOR', 'NURSE']);
    await api.definePath('ANEW');
    expect(await path('ANEW')).toMatchObject({ roles: [], moves: [] });
  });

  it('refuses a move from or to a role nobody defined, and leaves the path as it was', async () => {
    await api.definePath('KEPT', ['AIDE', 'LEAD']);
    for (const wrong of [
      ['LEAD', 'POPE'],
      ['POPE', 'LEAD'],
    ] as const) {
      const [result] = (await api.definePath('KEPT', ['AIDE', 'NURSE'], wrong)).results;
      expect(result).toMatchObject({ outcome: 'REJECTED', id: null, refusal: { code: 'UNKNOWN_ROLE', path: ['moves', '1'] } });
      expect(result!.refusal!.message).toContain('POPE');
    }
    expect((await path('KEPT')).moves).toEqual([move('AIDE', 'LEAD')]);
    expect((await api.definePath('', ['AIDE', 'NURSE'])).results[0]!.refusal).toMatchObject({
      code: 'INVALID_CODE',
      path: ['code'],
    });
  });
});
