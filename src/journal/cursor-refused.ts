// A cursor that cannot be gone on from, as the client is told: with one that can.
import { GraphQLError } from 'graphql';
import { problem } from '../platform/graphql/errors';
import type { CursorRefusal, Cursors } from './cursor';

const MESSAGES = {
  INVALID_CURSOR: 'This is not a cursor of this change log: use one from a change, a page, a write or extensions.position.',
  RESYNC_REQUIRED:
    'The database was restored from a backup, and what this cursor stands behind is not in the log any more: read the state anew, then go on from extensions.snapshot.',
  CURSOR_EXPIRED:
    'The changes behind this cursor are not kept any more: read the state anew, then go on from extensions.snapshot.',
} as const;

/**
 * The error for a cursor. Where the state must be read anew, `extensions.snapshot` is a cursor to go on from afterwards, behind a position that
 * this node has `seen`: whatever is read from now on contains all up to it, so nothing is missed, and what is told twice can be told by its
 * version.
 */
export async function cursorRefused(
  code: CursorRefusal | 'CURSOR_EXPIRED',
  cursors: Cursors,
  seen: number,
): Promise<GraphQLError> {
  if (code === 'INVALID_CURSOR') return problem(code, MESSAGES[code]);
  return new GraphQLError(MESSAGES[code], { extensions: { code, snapshot: await cursors.cursorAt(seen) } });
}
