// Endpoints are registered and changed, and their secrets replaced.
import { uuidv7 } from 'uuidv7';
import { refusal, type Refusal } from '../../core/refusal';
import { LONGEST_ADDRESS, LONGEST_NAME, refuseLongText } from '../../core/text-limits';
import { secretText } from '../../core/standard-webhooks';
import type { ChangeFilter } from '../../journal/graphql';
import type { Write } from '../../journal/write';
import { instantText, rows } from '../../platform/sql';
import type { AddressPolicy } from './addresses';
import type { Secrets } from './secrets';
import { noteEndpoint, unknownWebhook } from './state';

/** What can be said about an endpoint; what is absent stays as it is, or as nobody has said it. */
export interface EndpointDraft {
  readonly url?: string | null;
  readonly description?: string | null;
  readonly kinds?: readonly string[] | null;
  readonly filter?: ChangeFilter | null;
  readonly allowPrivate?: boolean | null;
}

/** An endpoint with its secret, which is shown this once. */
export interface WithSecret {
  readonly id: string;
  readonly secret: string;
}

/** For so long after a rotation both secrets sign. */
export const OVERLAP_MS = 86_400_000;

/** A word such as REVOKED, or such as credential.revoked. */
const KIND = /^([A-Z]+(_[A-Z]+)*|[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*)$/;

/** Why a draft cannot be taken; null when it can. Asks the resolver, so it is called before the change begins. */
export async function refuseDraft(
  draft: EndpointDraft,
  policy: AddressPolicy,
  known?: { url: string; allowPrivate: boolean },
): Promise<Refusal | null> {
  const wrong = draft.kinds?.find((kind) => kind.length > LONGEST_NAME || !KIND.test(kind));
  if (wrong !== undefined) {
    const message = `"${wrong.slice(0, 40)}" is no kind of change: they are words such as REVOKED, or credential.revoked.`;
    return refusal('WEBHOOK_KIND_INVALID', message, ['kinds']);
  }
  const url = draft.url ?? known?.url ?? '';
  const tooLong = refuseLongText(draft, ['description'], LONGEST_ADDRESS);
  return tooLong ?? policy.refuse(url, draft.allowPrivate ?? known?.allowPrivate ?? false);
}

/** Registers an endpoint; it is told of everything that happens after its registration. */
export async function registerEndpoint(write: Write, draft: EndpointDraft, secrets: Secrets): Promise<WithSecret> {
  const id = uuidv7();
  const secret = secrets.fresh();
  await write.db.query(
    `/* registerEndpoint */ INSERT INTO webhook_endpoint
       (id, url, description, kinds, filter, allow_private, state, secret, version, registered_in, registered_at, failures)
     VALUES ($1, $2, $3, $4, $5, $6, 'ENABLED', $7, 1, $8, $9, 0)`,
    [
      ...[id, new URL(draft.url!).href, draft.description?.trim() || null, draft.kinds ?? null],
      ...[draft.filter == null ? null : JSON.stringify(draft.filter), draft.allowPrivate ?? false],
      ...[secrets.seal(secret, id), write.change, instantText(write.now)],
    ],
  );
  noteEndpoint(write, 'webhook.registered', id, 1, { host: new URL(draft.url!).host });
  return { id, secret: secretText(secret) };
}

/** Changes an endpoint; what it is told from its cursor on follows. */
export async function updateEndpoint(write: Write, id: string, draft: EndpointDraft, reason: string): Promise<Refusal | null> {
  const isGiven = (name: keyof EndpointDraft): boolean => draft[name] !== undefined;
  const [row] = await rows<{ version: number; url: string }>(
    write.db,
    `/* updateEndpoint */ UPDATE webhook_endpoint SET url = coalesce($2, url), description = CASE WHEN $3 THEN $4 ELSE description END,
       kinds = CASE WHEN $5 THEN $6::text[] ELSE kinds END, filter = CASE WHEN $7 THEN $8::jsonb ELSE filter END,
       allow_private = coalesce($9, allow_private), version = version + 1
     WHERE id = $1 RETURNING version, url`,
    [
      ...[id, draft.url == null ? null : new URL(draft.url).href],
      ...[isGiven('description'), draft.description?.trim() || null, isGiven('kinds'), draft.kinds ?? null],
      ...[isGiven('filter'), draft.filter == null ? null : JSON.stringify(draft.filter), draft.allowPrivate ?? null],
    ],
  );
  if (!row) return unknownWebhook();
  noteEndpoint(write, 'webhook.updated', id, row.version, { host: new URL(row.url).host, reason });
  return null;
}

/** Gives an endpoint a new secret; for a day the one before it signs as well, and the one before that no more. */
export async function rotateSecret(write: Write, id: string, secrets: Secrets, reason: string): Promise<WithSecret | Refusal> {
  const secret = secrets.fresh();
  const [row] = await rows<{ version: number }>(
    write.db,
    `/* rotateSecret */ UPDATE webhook_endpoint SET previous_secret = secret, previous_until = $3, secret = $2, version = version + 1
     WHERE id = $1 RETURNING version`,
    [id, secrets.seal(secret, id), instantText(write.now + OVERLAP_MS)],
  );
  if (!row) return unknownWebhook();
  noteEndpoint(write, 'webhook.secret_rotated', id, row.version, { reason });
  return { id, secret: secretText(secret) };
}
