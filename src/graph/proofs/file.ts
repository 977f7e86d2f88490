// The proof file: an answer with all that shows it is right, in one spelling, so that no byte of it can be another.
import { z } from 'zod';
import { isWellFormed } from '../../core/poison';
import { canonicalJson } from '../../journal/entry';

/** What the first line of sight says, and what a later format would change. */
export const FORMAT = 'credential-graph proof 1';

const position = z.number().int().positive();
const instant = z.number().int();

const entry = z.strictObject({
  position,
  eventId: z.string(),
  kind: z.string(),
  entity: z.string(),
  entityVersion: z.number().int(),
  subject: z.string().nullable(),
  actor: z.string(),
  source: z.string().nullable(),
  /** Epoch milliseconds, as the leaf has them; so is recordedAt. */
  occurredAt: instant,
  recordedAt: instant,
  bodyFormat: z.number().int(),
  /** The stored bytes, base64. */
  body: z.string(),
  /** Opens the body, base64; null: it stays sealed, or was never. */
  key: z.string().nullable(),
  /** The inclusion proof under the head, base64 (RFC 6962): a log that can be counted has no longer one. */
  path: z.array(z.string()).max(53),
});

const schema = z.strictObject({
  format: z.literal(FORMAT),
  statement: z.string(),
  /** Everything the log says of the person up to the export, sealed unless the answer needs it, then the rules: in order of position. */
  entries: z.array(entry),
  /** The signed head (C2SP tlog-checkpoint). */
  head: z.string(),
  /** The key that signed it; whoever verifies compares it with what they were given by other means. */
  signedBy: z.string(),
});

/** One entry of the log, with its place in it. */
export type ProvedEntry = z.infer<typeof entry>;
/** What a proof file holds. */
export type ProofFile = z.infer<typeof schema>;

/** The one spelling of a proof. */
export function writeProof(proof: ProofFile): string {
  return canonicalJson(proof);
}

/** A file longer than this is none of ours: 20,000 entries take some 40 MB. */
const MOST_BYTES = 128 * 1024 * 1024;
/** The same of its entries, before each of them is looked at. */
const MOST_ENTRIES = 30_000;

/** Reads a proof; a sentence when it is none, or is spelled otherwise. One end of line behind it is allowed. */
export function readProof(file: Uint8Array | string): ProofFile | string {
  const text = typeof file === 'string' ? file : decoded(file);
  if (text === null || text.length > MOST_BYTES) return 'This is no proof: it is not text in UTF-8, or too long.';
  const said = text.endsWith('\n') ? text.slice(0, -1) : text;
  let parsed: unknown;
  try {
    parsed = JSON.parse(said);
  } catch {
    return 'This is no proof: it is not JSON.';
  }
  const { entries } = (parsed ?? {}) as { readonly entries?: readonly unknown[] };
  if (!Array.isArray(entries) || entries.length > MOST_ENTRIES)
    return 'This is no proof of this format: it has no entries, or too many.';
  const read = schema.safeParse(parsed);
  if (!read.success) {
    const [issue] = read.error.issues;
    return `This is no proof of this format: see ${JSON.stringify(issue!.path)}.`;
  }
  return isWholeText(read.data) && writeProof(read.data) === said
    ? read.data
    : 'The file was changed: it is not spelled as it was exported.';
}

function decoded(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

// half a character is hashed like the one that stands for what cannot be read
function isWholeText({ entries, statement }: ProofFile): boolean {
  const texts = entries.flatMap(({ eventId, kind, entity, subject, actor, source }) => [
    eventId,
    kind,
    entity,
    subject,
    actor,
    source,
  ]);
  return ![...texts, statement].some((text) => text !== null && !isWellFormed(text));
}
