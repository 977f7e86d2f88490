// What every answer says beside its data: the position it is of, and to whoever does not see everybody that it is so.
import { reachOf } from './access/policy';
import type { Cursors } from './journal/cursor';
import type { Actor } from './platform/context';
import { isUnavailable } from './platform/postgres/pool';

const REACHES = {
  REPORTS: 'You see yourself and whoever reports to you at the instant asked about; others are left out, and not counted.',
  SOURCES: 'Your key sees the people of whom its sources have told something; others are left out, and not counted.',
};

/** The extensions of an answer; `position` finds out which log position it is of. */
export async function extensionsOf(
  actor: Actor,
  position: () => number | Promise<number>,
  cursors: Cursors,
): Promise<Record<string, unknown>> {
  return { ...(await positionOf(position, cursors)), ...told(actor) };
}

// whoever does not see everybody is told so with every answer, whatever is in it
function told(actor: Actor): Record<string, unknown> {
  const reach = reachOf(actor);
  return reach === 'EVERYBODY' ? {} : { reach: { is: reach, reason: REACHES[reach] } };
}

// an answer that could not reach the database (UNAVAILABLE) has no position to tell
async function positionOf(position: () => number | Promise<number>, cursors: Cursors): Promise<Record<string, unknown>> {
  try {
    return { position: await cursors.cursorAt(await position()) };
  } catch (error) {
    if (!isUnavailable(error)) throw error;
    return {};
  }
}
