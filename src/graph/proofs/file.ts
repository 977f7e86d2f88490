// The proof file: an answer with all that shows it is right, in one spelling, so that no byte of it can be another.
import { z } from 'zod';
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
  /** The inclusion proof under the head, base64 (RFC 6962). */
  path: z.array(z.string()),
});

const file = z.strictObject({
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
export type ProofFile = z.infer<typeof file>;

/** The one spelling of a proof. */
export function writeProof(proof: ProofFile): string {
  return canonicalJson(proof);
}

/** Reads a proof; a sentence when the text is none, or is spelled otherwise. One end of line behind it is allowed. */
export function readProof(text: string): ProofFile | string {
  const said = text.endsWith('\n') ? text.slice(0, -1) : text;
  let parsed: unknown;
  try {
    parsed = JSON.parse(said);
  } catch {
    return 'This is no proof: it is not JSON.';
  }
  const read = file.safeParse(parsed);
  if (!read.success) return `This is no proof of this format: ${z.prettifyError(read.error)}`;
  return writeProof(read.data) === said ? read.data : 'The file was changed: it is not spelled as it was exported.';
}
