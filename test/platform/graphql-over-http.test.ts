import { auditServer } from 'graphql-http';

import { startTestServer, type TestServer } from '../kit/http';

describe('GraphQL over HTTP', () => {
  let tested: TestServer;

  beforeAll(async () => {
    tested = await startTestServer();
  });

  afterAll(async () => {
    await tested.server.stop();
  });

  it('passes the whole audit of the specification', async () => {
    const preflight = (url: string, init: RequestInit = {}): Promise<Response> =>
      fetch(url, {
        ...init,
        headers: { ...init.headers, 'x-apollo-operation-name': 'audit', 'apollo-require-preflight': 'true' },
      });
    const results = await auditServer({ url: `${tested.url}/graphql`, fetchFn: preflight });

    const failed = results.filter(({ status }) => status !== 'ok').map(({ id, name }) => `${id} ${name}`);
    expect(failed).toEqual([]);
    const passed = (level: string): number => results.filter(({ name }) => name.startsWith(level)).length;
    expect({ must: passed('MUST'), should: passed('SHOULD'), may: passed('MAY') }).toEqual({ must: 13, should: 23, may: 25 });
  });
});
