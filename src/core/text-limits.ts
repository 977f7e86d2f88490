/** How long texts may be, so that every identifier fits into an index. */
import { refusal, type Refusal } from './refusal';

/** Names, codes and ids. */
export const LONGEST_NAME = 400;
/** Addresses. */
export const LONGEST_ADDRESS = 4_000;

/** Refuses the first of these fields that holds a text, or a list with a text, of more than `most` characters. */
export function refuseLongText(item: object, names: readonly string[], most: number): Refusal | null {
  const fields = item as Readonly<Record<string, unknown>>;
  const isLong = (value: unknown): boolean =>
    typeof value === 'string' ? value.length > most : Array.isArray(value) && value.some(isLong);
  const name = names.find((candidate) => isLong(fields[candidate]));
  return name === undefined ? null : refusal('VALUE_TOO_LONG', `${name} has more than ${most} characters: shorten it.`, [name]);
}

/** Refuses an evidenceUrl that is too long, or not one a browser may be sent to: `javascript:` and its like run where they are shown. */
export function refuseEvidenceUrl({ evidenceUrl }: { readonly evidenceUrl?: string | null }): Refusal | null {
  if (evidenceUrl == null) return null;
  if (!/^https?:\/\//i.test(evidenceUrl) || !URL.canParse(evidenceUrl))
    return refusal('INVALID_EVIDENCE_URL', 'evidenceUrl is an address that begins with https:// or http://.', ['evidenceUrl']);
  return refuseLongText({ evidenceUrl }, ['evidenceUrl'], LONGEST_ADDRESS);
}
