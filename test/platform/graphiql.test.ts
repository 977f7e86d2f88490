import { parse } from 'graphql';

import { startTestServer, type TestServer } from '../kit/http';

describe('the GraphiQL page', () => {
  let tested: TestServer;

  beforeAll(async () => {
    tested = await startTestServer();
  });

  afterAll(async () => {
    await tested.server.stop();
  });

  it('loads nothing from any other host', async () => {
    const page = await fetch(`${tested.url}/graphql`, { headers: { accept: 'text/html,application/xhtml+xml' } });
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    const html = await page.text();
    const links = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link ?? '');
    expect(links.length).toBeGreaterThan(5);
    for (const link of [...links, '/graphiql/operations.json']) {
      expect(link).toMatch(/^\/graphiql\/[\w.-]+$/);
      expect((await fetch(`${tested.url}${link}`)).status).toBe(200);
    }
    const css = await (await fetch(`${tested.url}/graphiql/graphiql.css`)).text();
    expect(css).not.toMatch(/url\(\s*["']?(?!data:|#)/);
    expect(css).not.toMatch(/@import/);
  });

  it('brings ready operations, each with one named operation', async () => {
    const operations = (await (await fetch(`${tested.url}/graphiql/operations.json`)).json()) as {
      query: string;
      variables?: string;
    }[];
    const names = operations.map(({ query }) => {
      const [definition] = parse(query).definitions;
      return definition && 'name' in definition ? definition.name?.value : undefined;
    });
    expect(names).toEqual([
      'DashboardPage',
      'WhyEligible',
      'NearestWays',
      'RehearseRule',
      'PublishRule',
      'WhatIfRevoked',
      'CoverageForecast',
      'EligibilityFeed',
      'CredentialFeed',
    ]);
    for (const { variables } of operations) expect(() => JSON.parse(variables ?? '{}') as unknown).not.toThrow();
  });

  it('serves a file again only when it has changed', async () => {
    const first = await fetch(`${tested.url}/graphiql/page.js`);
    const again = await fetch(`${tested.url}/graphiql/page.js`, {
      headers: { 'if-none-match': first.headers.get('etag') ?? '' },
    });
    expect(again.status).toBe(304);
  });
});
