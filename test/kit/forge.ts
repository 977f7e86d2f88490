// What somebody could make of a proof file who had the key that signs: another log around other entries, signed like the true one.
import { randomBytes } from 'node:crypto';
import { newSigningKey, openCheckpoint, readSigner, readVerifier, signCheckpoint } from '../../src/core/checkpoint';
import { inclusionPlan, proofOf, rootOf } from '../../src/core/merkle';
import { writeProof, type ProofFile, type ProvedEntry } from '../../src/graph/proofs/file';
import type { ProvedDocument } from '../../src/graph/proofs/answer';
import { entryKey, openEntry, sealEntry } from '../../src/journal/cipher';
import type { Json } from '../../src/journal/entry';
import { leafHash } from '../../src/journal/leaf';

/** A proof file to be tampered with. */
export interface Forgery {
  readonly file: ProofFile;
  /** What an open entry says. */
  read(entry: ProvedEntry): any;
  /** Seals an entry anew. */
  write(entry: ProvedEntry, body: unknown): void;
  /** The entry with the answer. */
  closing(): ProvedEntry;
  /** Changes the answer that is on record. */
  answer(change: (document: ProvedDocument & { question: any; answer: any; definitions: any }) => void): void;
}

/** Makes a proof of another: whatever `tamper` does to it is put into a log of its own and signed. */
export function forged(text: string, tamper: (forgery: Forgery) => void): string {
  const file = JSON.parse(text) as ProofFile;
  const read = (entry: ProvedEntry): any =>
    openEntry({ format: entry.bodyFormat, bytes: bytes(entry.body) }, bytes(entry.key!), entry.eventId);
  const write = (entry: ProvedEntry, body: unknown): void => {
    const person = randomBytes(32);
    const sealed = sealEntry(body as Json, person, entry.eventId);
    entry.body = sealed.bytes.toString('base64');
    entry.key = entryKey(person, entry.eventId).toString('base64');
  };
  const closing = () => file.entries.findLast((entry) => entry.kind === 'answer.exported')!;
  const answer: Forgery['answer'] = (change) => {
    const body = read(closing());
    change(body.proof);
    file.statement = body.proof.answer.statement;
    write(closing(), body);
  };
  tamper({ file, read, write, closing, answer });

  const { size } = openCheckpoint(file.head, [readVerifier(file.signedBy)])!;
  const leaves = Array.from({ length: size }, () => randomBytes(32));
  for (const { position, body, ...entry } of file.entries)
    leaves[position - 1] = Buffer.from(leafHash({ ...entry, body: bytes(body) }));
  for (const entry of file.entries) {
    const plan = inclusionPlan(entry.position - 1, size);
    const path = proofOf(plan, ({ height, index }) => rootOf(leaves.slice(index * 2 ** height, (index + 1) * 2 ** height)));
    entry.path = path.map((hash) => hash.toString('base64'));
  }
  const signer = readSigner(newSigningKey('credential-graph/forger'));
  file.head = signCheckpoint({ origin: signer.name, size, root: rootOf(leaves) }, signer);
  file.signedBy = signer.verifier;
  return writeProof(file);
}

function bytes(base64: string): Buffer {
  return Buffer.from(base64, 'base64');
}
