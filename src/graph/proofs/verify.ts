// Verifies a proof file with nothing but the file: no server, no database, no clock.
import { openCheckpoint, readVerifier, type Checkpoint, type Verifier } from '../../core/checkpoint';
import { provesInclusion } from '../../core/merkle';
import { ruleLimits } from '../../core/rule';
import { fromAst, ruleHash } from '../../core/rule-ast';
import { openBody, openEntry, PLAIN } from '../../journal/cipher';
import { canonicalJson, type Json } from '../../journal/entry';
import { leafHash } from '../../journal/leaf';
import { uuidOf } from '../../platform/graphql/node-id';
import { instantText } from '../../platform/sql';
import { answerTo, readsOfQuestion, type ProvedDocument } from './answer';
import { readDefinitions, type ProvedRule } from './definitions';
import { readProof, type ProofFile, type ProvedEntry } from './file';
import { isNeeded, replay, type ToldEntry } from './replay';
import { EXPORTED } from './store';

/** A proof that holds: what it says, and what it rests on. */
export interface HeldProof {
  readonly document: ProvedDocument;
  /** Who exported it, when (epoch milliseconds) and why. */
  readonly exportedBy: string;
  readonly exportedAt: number;
  readonly reason: string;
  /** The signed head, and whose signature that is. */
  readonly head: Checkpoint;
  readonly signedBy: string;
  /** How many entries about the person it is complete with, and how many of them are open. */
  readonly entries: number;
  readonly open: number;
}

/** What makes a proof no proof. */
class Flaw extends Error {}

function insist(isSo: boolean, flaw: string): asserts isSo {
  if (!isSo) throw new Flaw(flaw);
}

/**
 * Verifies a proof, best as the bytes of its file; a sentence when it does not hold. `trusted` are the keys that may have signed: with none, the file's own is taken, and whose
 * that is remains to be compared by the reader.
 */
export function verifyProof(file: Uint8Array | string, trusted: readonly Verifier[] = []): HeldProof | string {
  const proof = readProof(file);
  if (typeof proof === 'string') return proof;
  try {
    return verify(proof, trusted);
  } catch (error) {
    return error instanceof Flaw ? error.message : `The file cannot be followed: ${(error as Error).message}`;
  }
}

function verify(file: ProofFile, trusted: readonly Verifier[]): HeldProof {
  const own = readVerifier(file.signedBy);
  const keys = trusted.length > 0 ? trusted : [own];
  const head = openCheckpoint(file.head, keys);
  insist(head !== null, 'The head is not signed by a key that is trusted.');
  insist(!/\s/.test(file.signedBy), 'The file was changed: the key it names is not spelled as it was exported.');
  insist(openCheckpoint(file.head, [own]) !== null, 'The head is not signed by the key the file names.');
  insist(file.head.split('\n').filter((line) => line.startsWith('— ')).length === 1, 'The head has more than one signature.');
  let before = 0;
  for (const entry of file.entries) {
    insist(entry.position > before, 'The entries are not in the order of the log.');
    before = entry.position;
    insist(isInLog(entry, head), `The entry at ${entry.position} is not in the log of the signed head.`);
  }

  const closing = file.entries.findLast((entry) => entry.subject !== null);
  insist(closing?.kind === EXPORTED, 'The file does not end with the export.');
  const exported = bodyOf(closing) as unknown as { readonly employee: string; readonly proof: ProvedDocument };
  const document = exported.proof;
  const { question, definitions, answer } = document;
  insist(file.statement === answer.statement, 'The statement is not that of the answer.');
  const employee = uuidOf('emp', question.employee);
  insist(employee !== null && employee === closing.subject, 'The export is about somebody else.');
  insist(question.knownAt < closing.position, 'The answer is from behind its own export.');
  insist(exported.employee === question.externalId, 'The export is about somebody of another name.');

  const about = file.entries.filter((entry) => entry.subject !== null);
  about.forEach((entry, i) => {
    insist(entry.subject === employee && entry.entity === employee, `The entry at ${entry.position} is about somebody else.`);
    insist(entry.entityVersion === i + 1, `What the log says of the person is not complete before position ${entry.position}.`);
  });
  insist(about[0]!.kind === 'employee.changed', 'What the log says of the person does not begin with their arrival.');
  const rules = file.entries.filter((entry) => entry.subject === null);
  const published = new Map(rules.map((entry) => [entry.position, entry]));
  insist(rules.length === definitions.rules.length, 'The rules are not those that were published.');
  for (const rule of definitions.rules) {
    insist(
      isPublished(rule, published.get(rule.position), question.knownAt),
      `Rule version ${rule.version} is not as published.`,
    );
  }
  insist(isWhole(definitions.rules), 'A version of a rule is missing.');

  const judgedBy = readDefinitions(definitions);
  const reads = readsOfQuestion(question, judgedBy);
  const needed = about.filter((entry) => entry.position <= question.knownAt && isNeeded(entry.kind, reads));
  const told = needed.map((entry): ToldEntry => ({ kind: entry.kind, occurredAt: entry.occurredAt, body: bodyOf(entry) }));
  for (const { body } of told) {
    const { employee: name } = body as { readonly employee: string };
    insist(name === question.externalId, 'An entry is about somebody of another name.');
  }
  const person = replay(told);
  insist(person !== null, 'The entries do not tell enough to answer from.');
  const found = answerTo(question, judgedBy, person);
  insist(canonicalJson(found as Json) === canonicalJson(answer as Json), 'The facts do not lead to this answer.');
  for (const entry of about) {
    const mayBeOpen = entry === closing || needed.includes(entry);
    insist(mayBeOpen || entry.key === null, `The entry at ${entry.position} is open without need.`);
  }
  return {
    document,
    exportedBy: closing.actor,
    exportedAt: closing.recordedAt,
    reason: document.reason,
    head,
    signedBy: file.signedBy,
    entries: about.length,
    open: needed.length,
  };
}

function isInLog({ position, body, path, key, ...entry }: ProvedEntry, head: Checkpoint): boolean {
  const leaf = leafHash({ ...entry, body: bytes(body) });
  return provesInclusion(position - 1, head.size, leaf, path.map(bytes), head.root);
}

/** What an open entry says. */
function bodyOf(entry: ProvedEntry): Json {
  const stored = { format: entry.bodyFormat, bytes: bytes(entry.body) };
  insist(entry.key !== null, `The entry at ${entry.position} is sealed, and the answer needs it.`);
  const body = openEntry(stored, bytes(entry.key), entry.eventId);
  insist(body !== null, `The key of the entry at ${entry.position} does not open it.`);
  return body;
}

// the limits, so that whoever made the file cannot keep its reader busy for hours
function isPublished(rule: ProvedRule, entry: ProvedEntry | undefined, knownAt: number): boolean {
  if (entry?.kind !== 'rule.published' || entry.bodyFormat !== PLAIN || entry.key !== null || rule.position > knownAt)
    return false;
  const { body } = openBody({ format: PLAIN, bytes: bytes(entry.body) }, undefined, entry.eventId);
  const said = body as Readonly<Record<string, Json>>;
  const { roleCode, version, warnBefore, ast, hash } = said;
  const isSame =
    canonicalJson({ roleCode, version, warnBefore, ast, hash }) ===
    canonicalJson({ ...(rule as unknown as Record<string, Json>), effectiveFrom: undefined, position: undefined });
  return (
    isSame && said['effectiveFrom'] === instantText(rule.effectiveFrom) && ruleHash(fromAst(rule.ast, ruleLimits)) === rule.hash
  );
}

/** Whether the versions of each role are numbered without a hole. */
function isWhole(rules: readonly ProvedRule[]): boolean {
  const last = new Map<string, number>();
  return rules.every(({ roleCode, version }) => {
    const isNext = version === (last.get(roleCode) ?? 0) + 1;
    last.set(roleCode, version);
    return isNext;
  });
}

/** What base64 says, which has one spelling. */
function bytes(base64: string): Buffer {
  const read = Buffer.from(base64, 'base64');
  insist(read.toString('base64') === base64, 'The file was changed: there is base64 that is not spelled as it was exported.');
  return read;
}
