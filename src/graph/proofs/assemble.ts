// Puts a proof file together from the log, once a signed head includes the export.
import { openCheckpoint, readVerifier } from '../../core/checkpoint';
import { checkpointFor, verifiersOf } from '../../journal/audit/checkpoints';
import { inclusionProofs } from '../../journal/audit/proofs';
import { DISCLOSABLE, entryKey } from '../../journal/cipher';
import { headerOf, type LogRow } from '../../journal/decode';
import type { PersonKeys } from '../../journal/keys';
import type { Db } from '../../platform/postgres/pool';
import { readsOfQuestion, type ProvedDocument } from './answer';
import { readDefinitions } from './definitions';
import { FORMAT, writeProof, type ProvedEntry } from './file';
import { namesErased } from './erased';
import { isNeeded } from './replay';
import { entriesAbout, entriesAt, EXPORTED, toldIn } from './store';

/**
 * The proof whose export is the entry at a position; null: there is none there, it or what it is made of cannot be read any more, it names
 * somebody who was erased since, or no signed head includes it yet.
 */
export async function assembleProof(db: Db, keys: PersonKeys, position: number): Promise<string | null> {
  const [closing] = await entriesAt(db, [position]);
  if (closing?.kind !== EXPORTED) return null;
  const employee = closing.subject!;
  const key = (await keys.load(db, [employee])).get(employee);
  const head = await checkpointFor(db, position);
  const document = documentIn(closing, key);
  if (key === undefined || head === null || document === null) return null;

  const reads = readsOfQuestion(document.question, readDefinitions(document.definitions));
  const isOpen = ({ pos, kind }: LogRow) => pos === position || (pos <= document.question.knownAt && isNeeded(kind, reads));
  const about = await entriesAbout(db, employee, position, Number.MAX_SAFE_INTEGER);
  const opened = about.filter((row) => row.pos !== position && isOpen(row)).map((row) => toldIn(row, key));
  if (await namesErased(db, employee, opened)) return null;
  const published = [...new Set(document.definitions.rules.map((rule) => rule.position))];
  const publications = await entriesAt(db, published);
  // what is not kept any more cannot be shown, and a proof without it is none
  if (about[0]?.entity_version !== 1 || publications.length < published.length) return null;
  const all = [...about, ...publications].sort((a, b) => a.pos - b.pos);
  const paths = await inclusionProofs(
    db,
    all.map(({ pos }) => pos),
    head.size,
  );
  const verifiers = await verifiersOf(db);
  return writeProof({
    format: FORMAT,
    statement: document.answer.statement,
    entries: all.map((row, i) => ({
      ...toEntry(row),
      key: row.body_format === DISCLOSABLE && isOpen(row) ? entryKey(key, row.event_id).toString('base64') : null,
      path: paths[i]!.map((hash) => hash.toString('base64')),
    })),
    head: head.note,
    signedBy: verifiers.find((verifier) => openCheckpoint(head.note, [readVerifier(verifier)]) !== null)!,
  });
}

/** What an export says; null: the person was erased. */
function documentIn(row: LogRow, key: Buffer | undefined): ProvedDocument | null {
  const { body } = toldIn(row, key);
  return body === null ? null : (body as unknown as { readonly proof: ProvedDocument }).proof;
}

function toEntry(row: LogRow): Omit<ProvedEntry, 'key' | 'path'> {
  return {
    position: row.pos,
    ...headerOf(row),
    bodyFormat: row.body_format,
    body: row.body.toString('base64'),
  };
}
