import { badInput } from '../platform/graphql/errors';
import type { Snapshot } from '../platform/context';
import { whenGivenUp } from '../platform/operation';
import { cutConnection, type Db, type Pool } from '../platform/postgres/pool';
import type { Epochs, Stand } from './epochs';
import { dbOf } from './session';

/**
 * Opens one consistent view of the database with the log position it had: state and position in the same snapshot, so that subscribing from
 * the position neither misses nor skips anything. It ends with the operation it is opened for, at the latest.
 */
export async function openSnapshot(pool: Pool, epochs: Epochs): Promise<Snapshot> {
  const client = await pool.driver.connect();
  let stay = (): void => undefined;
  try {
    stay = whenGivenUp(() => cutConnection(client));
    const results = (await client.query(
      'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; /* openSnapshot */ SELECT pos, epoch FROM log_head',
    )) as unknown as [unknown, { rows: Stand[] }];
    const stand = results[1].rows[0]!;
    await epochs.learn(stand);
    let isOpen = true;
    return {
      db: oneAtATime(dbOf(client), () => isOpen),
      position: stand.pos,
      close: async () => {
        if (!isOpen) return;
        isOpen = false;
        stay();
        try {
          await client.query('COMMIT');
          client.release();
        } catch (error) {
          client.release(error as Error);
        }
      },
    };
  } catch (error) {
    stay();
    client.release(error as Error);
    throw error;
  }
}

// no text in the database holds it, and PostgreSQL ends the whole transaction over it
function holdsNul(value: unknown): boolean {
  return typeof value === 'string' ? value.includes('\u0000') : Array.isArray(value) && value.some(holdsNul);
}

// a connection runs one statement at a time; what a request asks for meanwhile waits here. Once it is given back it is somebody else's
function oneAtATime(db: Db, isOpen: () => boolean): Db {
  let last: Promise<unknown> = Promise.resolve();
  return {
    query: (text, params) => {
      if (params?.some(holdsNul))
        throw badInput('A text of the request holds the character U+0000, which no text here has: leave it out.');
      const next = last.then(() => {
        if (!isOpen()) throw new Error('A snapshot was asked after it was closed.');
        return db.query(text, params);
      });
      last = next.catch(() => undefined);
      return next as never;
    },
  };
}
