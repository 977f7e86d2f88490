// What a database remembers of the installation it belongs to, so that a node that does not belong to it never writes to it.
import { keyFor } from '../platform/secret-key';
import { StartError } from '../platform/start-error';
import type { Db } from '../platform/postgres/pool';
import { rows } from '../platform/sql';

/** Whether a node has used this database before. */
export async function isInstalled(db: Db): Promise<boolean> {
  return (await rows(db, '/* installation */ SELECT FROM installation')).length > 0;
}

/**
 * Makes the database that of this installation, or finds that it is.
 * @throws StartError when it was used with another secret key; `file` is where the one at hand came from.
 */
export async function claimInstallation(db: Db, secretKey: Buffer, file: string): Promise<void> {
  const check = keyFor('installation', secretKey);
  const [found] = await rows<{ check: Buffer }>(
    db,
    `/* claimInstallation */ WITH made AS (
       INSERT INTO installation (secret_check) VALUES ($1) ON CONFLICT DO NOTHING RETURNING secret_check
     ) SELECT secret_check AS check FROM made UNION ALL SELECT secret_check FROM installation`,
    [check],
  );
  // two nodes that start at once: the row of the other is not seen by this statement
  if (found === undefined) return claimInstallation(db, secretKey, file);
  if (found.check.equals(check)) return;
  throw new StartError(
    `The secret key in ${file} is not the one this database was used with: put that one there, or name its file with SECRET_KEY_FILE.`,
  );
}
