// How an answer says that what was asked for is deprecated: in its extensions and, over HTTP, in the headers of RFC 9745 and RFC 8594.
import { endOf, startOfDay } from '../../core/deprecation';
import type { Deprecated } from '../graphql/deprecations';

/** The part of `extensions` that names what was used; none when nothing was. */
export function deprecationExtensions(used: readonly Deprecated[]): Record<string, unknown> {
  if (used.length === 0) return {};
  return { deprecations: used.map(({ element, reason, since, until }) => ({ element, reason, since, until })) };
}

/** `Deprecation` says since when the first of them has been deprecated, `Sunset` when the first of them may be gone. */
export function deprecationHeaders(used: readonly Deprecated[]): [name: string, value: string][] {
  if (used.length === 0) return [];
  const since = Math.min(...used.map((one) => startOfDay(one.since)));
  const end = Math.min(...used.map(endOf));
  return [
    ['deprecation', `@${since / 1_000}`],
    ['sunset', new Date(end).toUTCString()],
  ];
}
