// An event of a subscription is answered once, so it is not answered with an excuse.
import type { ExecutionResult } from 'graphql';
import { isOverdue, isUnavailable } from '../postgres/pool';

const PAUSE_MS = 250;

/**
 * Executes until the database could be asked. A subscriber who was told UNAVAILABLE in place of an event would have to notice that the event is
 * missing; one who waits has only to wait. `isOver` ends it: the last answer is given then, whatever it is.
 */
export async function untilAvailable<R extends object>(execute: () => Promise<R>, isOver: () => boolean): Promise<R> {
  for (;;) {
    try {
      const result = await execute();
      const { errors } = result as Pick<ExecutionResult, 'errors'>;
      if (isOver() || !errors?.some(({ originalError }) => isAway(originalError))) return result;
    } catch (error) {
      if (isOver() || !isAway(error)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS).unref());
  }
}

function isAway(error: unknown): boolean {
  return isUnavailable(error) && !isOverdue(error);
}
