// Whoever stops, takes back, changes or repeats something by hand says why, and the log keeps it (H6); rotations among it (G6).
import { getNamedType, GraphQLString, isInputObjectType, type GraphQLArgument, type GraphQLInputField } from 'graphql';
import { buildGraphSchema } from '../../src/schema';
import { startTestApp, type TestApp } from '../kit/app';
import { keyOf, talkTo } from '../kit/seed';
import { LOCAL, talkAboutWebhooks } from '../webhooks/talk';

/** Mutations that tell what somebody else did or knows, or say what something is; each may say why, and its items name their source. */
const TELLING =
  /^(upsert|record|issue|verify|request|grant|withdraw|delegate|define|declare|publish|rehearse)[A-Z]|^(createApiKey|registerDocuments|registerWebhook)$/;

describe('an act by hand', () => {
  it('asks for a reason, whatever it is', () => {
    const acts = Object.values(buildGraphSchema().getMutationType()!.getFields()).filter(({ name }) => !TELLING.test(name));
    const partsOf = ({ args }: { args: readonly GraphQLArgument[] }): (GraphQLArgument | GraphQLInputField)[] =>
      args.flatMap((arg) => {
        const type = getNamedType(arg.type);
        return isInputObjectType(type) ? Object.values(type.getFields()) : [arg];
      });
    expect(acts.length).toBeGreaterThan(12);
    const silent = acts.filter(
      (act) => !partsOf(act).some(({ name, type }) => name === 'reason' && getNamedType(type) === GraphQLString),
    );
    expect(silent.map(({ name }) => name)).toEqual([]);
  });

  describe('on a server', () => {
    let server: TestApp;
    beforeAll(async () => {
      server = await startTestApp({ at: '2026-06-01T12:00:00Z', env: LOCAL });
    });
    afterAll(() => server.stop());

    it('is refused when the reason is empty', async () => {
      await talkTo(server).upsert([{ externalId: 'x' }]);
      await talkTo(server).defineRoles('x');
      const acts = {
        'revokeCredential CredentialActionInput': { credential: { id: 'x' } },
        'suspendCredential CredentialActionInput': { credential: { id: 'x' } },
        'reinstateCredential CredentialActionInput': { credential: { id: 'x' } },
        'closeOutcome CloseOutcomeInput': { outcome: 'x' },
        'eraseEmployee EraseEmployeeInput': { employee: keyOf('x') },
        'exportProof ExportProofInput': { employee: keyOf('x'), roleCode: 'x' },
        'rotateApiKey RotateApiKeyInput': { id: 'x' },
        'revokeApiKey RevokeApiKeyInput': { id: 'x' },
        'updateWebhook UpdateWebhookInput': { id: 'x' },
        'replayWebhook ReplayWebhookInput': { id: 'x', from: { instant: '2026-01-01T00:00:00Z' } },
      };
      for (const [name, input] of Object.entries(acts)) {
        const [field, type] = name.split(' ') as [string, string];
        const document = `mutation ($input: ${type}!) { ${field}(input: $input) { refusal { code } } }`;
        const answer = await server.query(document, { input: { ...input, reason: ' ' } });
        expect([field, answer[field].refusal.code]).toEqual([field, 'REASON_REQUIRED']);
      }
      for (const field of ['enableWebhook', 'disableWebhook', 'rotateWebhookSecret', 'resendDelivery']) {
        for (const reason of [', reason: ""', ', reason: " "', '']) {
          const answer = await server.query(`mutation { ${field}(id: "x"${reason}) { refusal { code path } } }`);
          expect([field, answer[field].refusal]).toEqual([field, { code: 'REASON_REQUIRED', path: ['reason'] }]);
        }
      }
      const retract = `mutation { retractIncident(input: { incident: "x", reason: "" }) { results { refusal { code } } } }`;
      expect((await server.query(retract)).retractIncident.results[0].refusal.code).toBe('REASON_REQUIRED');
    });

    it('is in the log with who, when and why, rotations of secrets among them', async () => {
      const hooks = talkAboutWebhooks(server);
      const { id } = await hooks.register('http://127.0.0.1:9/', { kinds: ['REVOKED'] });
      await hooks.update({ id, description: 'more', reason: 'why update' });
      const hook = (field: string): Promise<unknown> =>
        server.query(`mutation ($id: ID!) { ${field}(id: $id, reason: " why ${field} ") { refusal { code } } }`, { id });
      for (const field of ['rotateWebhookSecret', 'disableWebhook', 'enableWebhook']) await hook(field);
      const { cursor } = (await server.query('{ changes(first: 1) { cursor } }')).changes;
      await hooks.replay({ id, from: { cursor }, reason: 'why replay' });
      const act = async (field: string, type: string, input: object): Promise<any> =>
        (
          await server.query(`mutation ($input: ${type}!) { ${field}(input: $input) { key { id } refusal { code } } }`, { input })
        )[field];
      const { key } = await act('createApiKey', 'CreateApiKeyInput', {
        name: 'lms',
        scopes: ['graph:read'],
        reason: 'why create',
      });
      await act('rotateApiKey', 'RotateApiKeyInput', { id: key.id, reason: 'why rotate' });
      await act('revokeApiKey', 'RevokeApiKeyInput', { id: key.id, reason: 'why revoke' });
      const found = await server.execute<{ kind: string; actor: string; why: string; at: number }>(
        `SELECT kind, actor, convert_from(body, 'UTF8')::jsonb ->> 'reason' AS why, recorded_at AS at FROM log
         WHERE kind ~ '^(webhook|api_key)' AND kind <> 'webhook.registered' ORDER BY pos`,
      );
      expect(found.map(({ kind, why }) => [kind, why])).toEqual([
        ['webhook.updated', 'why update'],
        ['webhook.secret_rotated', 'why rotateWebhookSecret'],
        ['webhook.disabled', 'why disableWebhook'],
        ['webhook.enabled', 'why enableWebhook'],
        ['webhook.replayed', 'why replay'],
        ['api_key.created', 'why create'],
        ['api_key.rotated', 'why rotate'],
        ['api_key.revoked', 'why revoke'],
      ]);
      for (const { actor, at } of found) expect([actor, at]).toEqual(['key:admin', Date.UTC(2026, 5, 1, 12)]);
    });
  });
});
