// createApiKey, rotateApiKey, revokeApiKey: acts of whoever manages access, each noted in the log without the secret.
import { createHash, randomBytes } from 'node:crypto';
import { uuidv7 } from 'uuidv7';
import { refuseDates } from '../core/dates';
import { refusePoison } from '../core/poison';
import { keyPrefix } from '../core/environment';
import { refuseReason } from '../core/reason';
import { refusal, type Refusal } from '../core/refusal';
import { LONGEST_ADDRESS, LONGEST_NAME, refuseLongText } from '../core/text-limits';
import type { Write } from '../journal/write';
import { instantText, rows } from '../platform/sql';
import { isAllowed, OF_EVERYBODY, SCOPES, type Scope } from './policy';

/** What is said about a new key. */
export interface KeyDraft {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly sources?: readonly string[] | null;
  readonly expiresAt?: number | null;
  readonly reason?: string | null;
}

/** A key with its secret, which is shown this once. */
export interface Minted {
  readonly uuid: string;
  readonly secret: string;
}

const NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._-]*$/u;
/** Longer than this, two secrets are two keys. */
const LONGEST_OVERLAP_MS = 30 * 86_400_000;

/** What is kept of a secret. */
export function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** A new secret, which says in which environment it was made. */
export function freshSecret(environment: string | null): string {
  return `${keyPrefix(environment)}${randomBytes(32).toString('base64url')}`;
}

/** Makes a key; nobody can give what they do not have. */
export async function createKey(write: Write, draft: KeyDraft, environment: string | null): Promise<Minted | Refusal> {
  const no = refuseDraft(write, draft);
  if (no) return no;
  const [uuid, secret] = [uuidv7(), freshSecret(environment)];
  const name = draft.name.trim();
  const made = await rows(
    write.db,
    `/* createKey */ INSERT INTO api_key (id, name, scopes, sources, hash, expires_at, created_at, version)
     VALUES ($1, $2, $3, $4, $5, $6, $7, 1) ON CONFLICT (name) DO NOTHING RETURNING id`,
    [
      ...[uuid, name, [...new Set(draft.scopes)].sort(), draft.sources ?? null, hashOf(secret)],
      ...[instantText(draft.expiresAt ?? null), instantText(write.now)],
    ],
  );
  if (made.length === 0)
    return refusal('KEY_NAME_TAKEN', `There is a key named "${name}" already: choose another name.`, ['name']);
  note(write, 'api_key.created', uuid, 1, { code: name, scopes: draft.scopes, reason: draft.reason?.trim() || null });
  return { uuid, secret };
}

/** Gives a key a new secret; the old one opens for `overlapMs` more, and the one before that no longer. */
export async function rotateKey(
  write: Write,
  uuid: string,
  overlapMs: number,
  reason: string | null,
  environment: string | null,
): Promise<Minted | Refusal> {
  const no = refuseReason(reason);
  if (no) return no;
  if (overlapMs > LONGEST_OVERLAP_MS) {
    return refusal('OVERLAP_TOO_LONG', 'The old secret can go on for 30 days at most: shorten overlap.', ['overlap']);
  }
  const secret = freshSecret(environment);
  const [row] = await rows<{ version: number; name: string }>(
    write.db,
    `/* rotateKey */ UPDATE api_key SET earlier_hash = hash, earlier_until = $3, hash = $2, version = version + 1
     WHERE id = $1 AND revoked_at IS NULL RETURNING version, name`,
    [uuid, hashOf(secret), instantText(write.now + overlapMs)],
  );
  if (!row) return unknownKey();
  note(write, 'api_key.rotated', uuid, row.version, { code: row.name, reason: reason!.trim() });
  return { uuid, secret };
}

/** Ends a key at once, on every node within five seconds; ending it again changes nothing. */
export async function revokeKey(write: Write, uuid: string, reason: string): Promise<Refusal | null> {
  const no = refuseReason(reason);
  if (no) return no;
  const [row] = await rows<{ version: number; name: string; isNew: boolean }>(
    write.db,
    `/* revokeKey */ WITH before AS (SELECT id, revoked_at FROM api_key WHERE id = $1 FOR UPDATE)
     UPDATE api_key k SET revoked_at = coalesce(k.revoked_at, $2), version = k.version + (before.revoked_at IS NULL)::integer
     FROM before WHERE k.id = before.id RETURNING k.version, k.name, before.revoked_at IS NULL AS "isNew"`,
    [uuid, instantText(write.now)],
  );
  if (!row) return unknownKey();
  if (row.isNew) note(write, 'api_key.revoked', uuid, row.version, { code: row.name, reason: reason.trim() });
  return null;
}

/** No key has this id. */
function unknownKey(): Refusal {
  return refusal('KEY_NOT_FOUND', 'No key that is in use has this id: see `apiKeys`.', ['id']);
}

function refuseDraft(write: Write, draft: KeyDraft): Refusal | null {
  const poison = refusePoison(draft);
  if (poison) return poison;
  const long = refuseLongText(draft, ['name'], LONGEST_NAME) ?? refuseLongText(draft, ['reason'], LONGEST_ADDRESS);
  if (long) return long;
  if (!NAME.test(draft.name.trim())) {
    const message = 'name says which system it is for: letters, digits, blanks, dots, hyphens and underscores.';
    return refusal('INVALID_KEY_NAME', message, ['name']);
  }
  const strange = draft.scopes.find((scope) => !Object.hasOwn(SCOPES, scope));
  if (strange !== undefined || draft.scopes.length === 0) {
    const message = `${strange === undefined ? 'A key without scopes can do nothing' : `"${strange.slice(0, 40)}" is no scope`}: the scopes are ${Object.keys(SCOPES).join(', ')}.`;
    return refusal('UNKNOWN_SCOPE', message, ['scopes']);
  }
  const missing = draft.scopes.find((scope) => !isAllowed(write.actor, scope as Scope));
  if (missing !== undefined) {
    return refusal('SCOPE_NOT_HELD', `You do not have ${missing} yourself: nobody can give what they do not have.`, ['scopes']);
  }
  const wide = draft.sources ? draft.scopes.find((scope) => OF_EVERYBODY.has(scope as Scope)) : undefined;
  if (wide !== undefined) {
    const message = `${wide} speaks of everybody, and a key for some sources sees the people of those only: leave out one of the two.`;
    return refusal('SCOPE_OF_EVERYBODY', message, ['sources']);
  }
  if (draft.sources?.some((source) => source.trim() === '' || source.length > LONGEST_NAME) || draft.sources?.length === 0) {
    return refusal('INVALID_SOURCE', 'sources names the systems it may speak for: leave it out for any.', ['sources']);
  }
  const outside = refuseDates(draft, ['expiresAt']);
  if (outside) return outside;
  if (draft.expiresAt != null && draft.expiresAt <= write.now) {
    return refusal('INVALID_EXPIRY', 'expiresAt is over already: choose a later instant.', ['expiresAt']);
  }
  return null;
}

function note(write: Write, kind: `api_key.${string}`, uuid: string, version: number, body: Record<string, unknown>): void {
  write.record({ kind, entity: uuid, entityVersion: version, subject: null, occurredAt: write.now, body: body as never });
}
