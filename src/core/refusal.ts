/**
 * An expected "no", as data: a stable code (documented in docs/errors.md), one sentence that says what to do,
 * and the path of the input field it is about.
 */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly path: readonly string[];
}

/** Builds a refusal. */
export function refusal(code: string, message: string, path: readonly (string | number)[] = []): Refusal {
  return { code, message, path: path.map(String) };
}

/** Tells a refusal from a value. */
export function isRefusal(value: unknown): value is Refusal {
  return typeof value === 'object' && value !== null && 'code' in value && 'message' in value && 'path' in value;
}
