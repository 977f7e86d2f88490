// What a log line or an error message must not say, wherever it came from: e-mail addresses, keys and tokens, social security numbers.

// each begins where a run of its characters does, so that a long run is looked at once
const PATTERNS: readonly (readonly [pattern: RegExp, word: string])[] = [
  [/(?<![\p{L}\p{N}._%+'-])[\p{L}\p{N}._%+'-]+@[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)+/gu, '[e-mail]'],
  [/\bcgk_[\w-]{8,}/g, '[key]'],
  [/\bwhsec_[\w+/-]{8,}=*/g, '[secret]'],
  [/\b(Bearer|Basic) +[^\s"'\\]+/gi, '$1 [key]'],
  [/\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, '[token]'],
  [/(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])/g, '[number]'],
];

/** A text without what looks like one of those. */
export function censored(text: string): string {
  return PATTERNS.reduce((shown, [pattern, word]) => shown.replace(pattern, word), text);
}
