// registerDocuments, withdrawDocuments: acts of whoever manages documents, each noted in the log.
import type { GraphQLSchema } from 'graphql';
import { uuidv7 } from 'uuidv7';
import { refusePoison } from '../../core/poison';
import { refuseReason, refuseUnkeptReason } from '../../core/reason';
import { refusal, type Refusal } from '../../core/refusal';
import { LONGEST_NAME } from '../../core/text-limits';
import type { Write } from '../../journal/write';
import { isDocument, readDocument, sha256 } from '../../platform/http/documents';
import { keyNamed } from '../store';
import { deleteDocuments, EVERYBODY, insertDocuments, type DocumentRow, type NewDocument } from './store';

/** Documents at a time. */
export const mostDocuments = 100;

/** Documents of one client. */
export interface DocumentsDraft {
  /** The name of an API key; absent: everybody's. */
  readonly client?: string | null;
  readonly documents: readonly { readonly name: string; readonly text: string }[];
  readonly reason?: string | null;
}

/** What is let go of, and why. */
export interface WithdrawalDraft {
  readonly client?: string | null;
  readonly hashes: readonly string[];
  readonly reason: string;
}

/** How a client is called where it asks. */
export function clientOf(name: string | null | undefined): string {
  return name == null ? EVERYBODY : `key:${name}`;
}

/** Registers documents; one that is registered already stays as it is. Answers their hashes. */
export async function registerDocuments(write: Write, draft: DocumentsDraft, schema: GraphQLSchema): Promise<string[] | Refusal> {
  const no = (await refuseClient(write, draft.client)) ?? refuseUnkeptReason(draft.reason) ?? refuseDocuments(draft, schema);
  if (no) return no;
  const client = clientOf(draft.client);
  const documents = new Map<string, NewDocument>();
  for (const { name, text } of draft.documents) {
    const hash = sha256(text);
    if (!documents.has(hash)) documents.set(hash, { uuid: uuidv7(), hash, name: name.trim(), body: text });
  }
  const by = { client, at: write.now, by: write.actor.id };
  const made = await insertDocuments(write.db, [...documents.values()], by);
  for (const { uuid, hash, name } of documents.values())
    if (made.has(uuid))
      note(write, 'document.registered', uuid, 1, { code: name, hash, client, reason: draft.reason?.trim() || null });
  return [...documents.keys()];
}

/** Lets go of documents; within five seconds no node knows them any more. */
export async function withdrawDocuments(
  write: Write,
  { client, hashes, reason }: WithdrawalDraft,
): Promise<DocumentRow[] | Refusal> {
  const no = refusePoison({ client, hashes }) ?? refuseReason(reason);
  if (no) return no;
  const strange = hashes.findIndex((hash) => !/^[0-9a-f]{64}$/.test(hash));
  if (strange >= 0 || hashes.length > mostDocuments) {
    const message = `hashes are SHA-256 in 64 hexadecimal digits, ${mostDocuments} at a time.`;
    return refusal('DOCUMENT_HASH_INVALID', message, strange >= 0 ? ['hashes', strange] : ['hashes']);
  }
  const gone = await deleteDocuments(write.db, clientOf(client), hashes);
  if (gone.length === 0)
    return refusal('DOCUMENT_NOT_FOUND', 'None of these is registered for this client: see `trustedDocuments`.', ['hashes']);
  for (const { uuid, hash, name, client: whose } of gone)
    note(write, 'document.withdrawn', uuid, 2, { code: name, hash, client: whose, reason: reason.trim() });
  return gone;
}

async function refuseClient(write: Write, client: string | null | undefined): Promise<Refusal | null> {
  if (client == null) return null;
  const poison = refusePoison({ client });
  if (poison) return poison;
  if (await keyNamed(write.db, client)) return null;
  return refusal('KEY_NOT_FOUND', 'No key has this name: see `apiKeys`, or leave client out for everybody.', ['client']);
}

function refuseDocuments({ documents }: DocumentsDraft, schema: GraphQLSchema): Refusal | null {
  if (documents.length === 0 || documents.length > mostDocuments) {
    return refusal('DOCUMENT_COUNT_INVALID', `Register 1 to ${mostDocuments} documents at a time.`, ['documents']);
  }
  for (const [i, { name, text }] of documents.entries()) {
    const at = ['documents', i] as const;
    if (name.trim() === '' || name.length > LONGEST_NAME)
      return refusal('DOCUMENT_NAME_INVALID', `name says which document it is, in ${LONGEST_NAME} characters at most.`, [
        ...at,
        'name',
      ]);
    const poison = refusePoison({ name, text });
    if (poison) return refusal('DOCUMENT_INVALID', 'A document holds only characters that can be stored.', at);
    const read = readDocument(text, { schema, introspection: true });
    if (isDocument(read)) continue;
    return refusal('DOCUMENT_INVALID', `This document would be refused: ${read[0]!.message}`, [...at, 'text']);
  }
  return null;
}

function note(write: Write, kind: `document.${string}`, uuid: string, version: number, body: Record<string, unknown>): void {
  write.record({ kind, entity: uuid, entityVersion: version, subject: null, occurredAt: write.now, body: body as never });
}
