// Access: the keys by which systems are known, what they use that is deprecated, whether tokens would be accepted, and the documents that may be sent.
import { bigint, bytes, flag, instant, key, list, optional, table, text, uuid } from '../platform/postgres/table';

export const apiKeyTable = table('api_key', {
  columns: {
    id: key(uuid),
    name: text,
    scopes: list(text),
    sources: optional(list(text)),
    hash: bytes,
    earlier_hash: optional(bytes),
    earlier_until: optional(instant),
    expires_at: optional(instant),
    revoked_at: optional(instant),
    last_used_at: optional(instant),
    created_at: instant,
    version: bigint,
  },
  indexes: {
    api_key_name: { columns: ['name'], unique: true },
    api_key_hash: { columns: ['hash'], unique: true },
    api_key_earlier_hash: { columns: ['earlier_hash'], where: 'earlier_hash IS NOT NULL' },
  },
});

export const accessCheckTable = table('access_check', { columns: { id: key(uuid), at: instant, ok: flag, detail: text } });
export const deprecatedUseTable = table('deprecated_use', {
  columns: { element: key(text), client: key(text), count: bigint, first_used_at: instant, last_used_at: instant },
});

export const trustedDocumentTable = table('trusted_document', {
  columns: {
    id: key(uuid),
    hash: bytes,
    client: text,
    name: text,
    body: text,
    registered_at: instant,
    registered_by: text,
  },
  indexes: { trusted_document_key: { columns: ['hash', 'client'], unique: true } },
});
