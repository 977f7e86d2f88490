// What the tests of time in this folder have in common.
import type { TestApp } from '../kit/app';

export const iso = (instant: number): string => new Date(instant).toISOString();
export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
export const quantile = (values: readonly number[], q: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))]!;

export async function define(server: TestApp): Promise<void> {
  await server.query(`mutation { defineCredentialTypes(input: { credentialTypes: [
    { code: "T", name: "T", kind: CERTIFICATION, issuer: "I", renewal: { life: "P1Y", grace: "P5D", graceCounts: true, noticeBefore: ["P1D"] } }
    { code: "U", name: "U", kind: CERTIFICATION, issuer: "I" } ] }) { cursor } }`);
  await server.query(
    `mutation { defineRoles(input: { roles: [{ code: "R", title: "R" }, { code: "Q", title: "Q" }] }) { cursor } }`,
  );
  await server.query(
    `mutation { publishRule(input: { roleCode: "R", rule: { holds: { typeCode: "T" } } }) { refusal { code } } }`,
  );
  await server.query(
    `mutation { publishRule(input: { roleCode: "Q", rule: { holds: { typeCode: "U" } } }) { refusal { code } } }`,
  );
}

export async function hire(server: TestApp, ids: readonly string[]): Promise<void> {
  for (let i = 0; i < ids.length; i += 1000) {
    const employees = ids.slice(i, i + 1000).map((externalId) => ({ externalId, givenName: externalId }));
    await server.query(
      `mutation ($employees: [EmployeeInput!]!) { upsertEmployees(input: { source: "hris", employees: $employees }) { cursor } }`,
      { employees },
    );
  }
}

let requests = 0;

/** Issues credentials, again when the server is too busy to answer in time. */
export async function issue(server: TestApp, credentials: readonly object[]): Promise<void> {
  for (let i = 0; i < credentials.length; i += 1000) {
    const input = { source: 'api', idempotencyKey: String(requests++), credentials: credentials.slice(i, i + 1000) };
    for (;;) {
      const { errors } = await server.send(
        `mutation ($input: IssueCredentialsInput!) { issueCredentials(input: $input) { cursor } }`,
        { input },
      );
      if (errors === undefined) break;
      if (errors.some(({ extensions: { code } }) => code !== 'UNAVAILABLE' && code !== 'RATE_LIMITED'))
        throw new Error(JSON.stringify(errors));
      await sleep((errors[0]?.extensions.retryAfter ?? 0.05) * 1_000);
    }
  }
}
