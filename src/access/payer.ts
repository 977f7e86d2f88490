// Whose budget is charged, and whose turn it is.
import type { Actor } from '../platform/context';
import type { Payer } from '../platform/http/context';
import { EVERYTHING, isAllowed } from './policy';

/** Whoever puts things right must not be kept from it by what they put right. */
const ADMIN_BUDGETS = 10;

/** A caller at the door. */
export function payerOf(actor: Actor): Payer {
  return {
    name: actor.id,
    times: actor.scopes.has(EVERYTHING) ? ADMIN_BUDGETS : 1,
    managesDocuments: isAllowed(actor, 'documents:manage') || isAllowed(actor, 'access:manage'),
  };
}
