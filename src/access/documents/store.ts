// Registered documents: what is read and written.
import type { Db } from '../../platform/postgres/pool';
import { keyset, type Page } from '../../platform/graphql/paging';
import { columnParams, instantText, Params, rows } from '../../platform/sql';

/** Stands where a client is named, for all of them. */
export const EVERYBODY = '';

/** A registered document without its text. */
export interface DocumentRow {
  readonly uuid: string;
  /** SHA-256 of its text, in hexadecimal digits. */
  readonly hash: string;
  /** Whose it is, as actors are called; empty: everybody's. */
  readonly client: string;
  readonly name: string;
  readonly registeredAt: number;
  readonly registeredBy: string;
}

const DOCUMENT = `d.id AS uuid, encode(d.hash, 'hex') AS hash, d.client, d.name, d.registered_at AS "registeredAt", d.registered_by AS "registeredBy"`;

/** A document to be registered. */
export interface NewDocument {
  readonly uuid: string;
  readonly hash: string;
  readonly name: string;
  readonly body: string;
}

/** Registers documents of one client; answers the ids of those that were not registered yet. */
export async function insertDocuments(
  db: Db,
  documents: readonly NewDocument[],
  { client, at, by }: { readonly client: string; readonly at: number; readonly by: string },
): Promise<ReadonlySet<string>> {
  const [ids, hashes] = columnParams(documents, [({ uuid }) => uuid, ({ hash }) => hash]);
  const made = await rows<{ id: string }>(
    db,
    `/* registerDocuments */ INSERT INTO trusted_document (id, hash, client, name, body, registered_at, registered_by)
     SELECT n.id, decode(n.hash, 'hex'), $5, n.name, n.body, $6, $7
     FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) AS n (id, hash, name, body)
     ON CONFLICT (hash, client) DO NOTHING RETURNING id`,
    [ids, hashes, documents.map(({ name }) => name), documents.map(({ body }) => body), client, instantText(at), by],
  );
  return new Set(made.map(({ id }) => id));
}

/** Lets go of documents of one client; answers those there were. */
export function deleteDocuments(db: Db, client: string, hashes: readonly string[]): Promise<DocumentRow[]> {
  return rows<DocumentRow>(
    db,
    `/* withdrawDocuments */ DELETE FROM trusted_document d USING unnest($2::text[]) AS w (hash)
     WHERE d.client = $1 AND d.hash = decode(w.hash, 'hex') RETURNING ${DOCUMENT}`,
    [client, hashes],
  );
}

/** The registered documents of one client with these hashes, in the order of their names. */
export function documentsByHash(db: Db, client: string, hashes: readonly string[]): Promise<DocumentRow[]> {
  return rows<DocumentRow>(
    db,
    `/* documentsByHash */ SELECT ${DOCUMENT} FROM trusted_document d JOIN unnest($2::text[]) AS w (hash) ON d.hash = decode(w.hash, 'hex')
     WHERE d.client = $1 ORDER BY d.name, d.id`,
    [client, hashes],
  );
}

/** The text of a document for each client it is registered for. */
export function textsByHash(db: Db, hash: string): Promise<{ readonly client: string; readonly body: string }[]> {
  return rows(db, `/* documentTexts */ SELECT client, body FROM trusted_document WHERE hash = decode($1, 'hex')`, [hash]);
}

/** One page of documents, of one client or (null) of all, by name. */
export function documentPage(db: Db, client: string | null, page: Page): Promise<(DocumentRow & { readonly body: string })[]> {
  const q = new Params();
  const own = client === null ? 'true' : `d.client = ${q.add(client)}`;
  const { where, order, limit } = keyset(
    page,
    [
      { sql: 'd.name', type: 'text' },
      { sql: 'd.id', type: 'uuid' },
    ],
    q,
  );
  return rows(
    db,
    `/* trustedDocuments */ SELECT ${DOCUMENT}, d.body FROM trusted_document d WHERE ${own} AND ${where} ${order} ${limit}`,
    q.values,
  );
}

/** How many there are. */
export async function documentCount(db: Db, client: string | null): Promise<number> {
  const [row] = await rows<{ count: number }>(
    db,
    '/* trustedDocumentCount */ SELECT count(*)::bigint AS count FROM trusted_document WHERE $1::text IS NULL OR client = $1',
    [client],
  );
  return row!.count;
}
