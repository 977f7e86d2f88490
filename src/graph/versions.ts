// Versions of rules, whether they award credentials or judge roles.
import type { Json } from '../core/rule';

/**
 * When a first version is published without `effectiveFrom`, it is in effect since ever: the only rule there is judges the past as well.
 * Later versions without it take effect at once.
 */
export const SINCE_EVER = Date.UTC(1900, 0, 1);

/** A version as the schema shows it. */
export interface PublishedVersion {
  readonly id: string;
  readonly version: number;
  readonly effectiveFrom: number;
  readonly effectiveUntil: number | null;
  readonly text: string;
  readonly ast: Json;
  readonly hash: string;
  readonly publishedBy: string;
}
