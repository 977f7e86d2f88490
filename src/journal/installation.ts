// What a database remembers of the installation it belongs to, so that a node that does not belong to it never writes to it.
import { keyFor, secretKey, secretKeyFile } from '../platform/secret-key';
import { StartError } from '../platform/start-error';
import type { Config } from '../platform/config';
import type { Db } from '../platform/postgres/pool';
import { rows } from '../platform/sql';

type Own = Pick<Config, 'environment' | 'secretKeyFile' | 'dataDir'>;

interface Installation {
  readonly environment: string | null;
  readonly check: Buffer;
}

/**
 * Makes the database that of this installation, or finds that it is. Answers the installation's secret key.
 * @throws StartError when it belongs to another environment, or was used with another secret key.
 */
export async function claimInstallation(db: Db, own: Own): Promise<Buffer> {
  const before = await installationOf(db);
  if (before) refuseEnvironment(before.environment, own.environment);
  const secret = secretKey(own.secretKeyFile, own.dataDir, before !== null);
  const check = keyFor('installation', secret);
  await db.query(
    `/* claimInstallation */ INSERT INTO installation (secret_check, environment) VALUES ($1, $2)
     ON CONFLICT (one) DO UPDATE SET environment = EXCLUDED.environment WHERE installation.environment IS NULL`,
    [check, own.environment],
  );
  // of two nodes that start at once, one was first
  const { environment, check: first } = (await installationOf(db))!;
  refuseEnvironment(environment, own.environment);
  if (first.equals(check)) return secret;
  throw new StartError(
    `The secret key in ${secretKeyFile(own.secretKeyFile, own.dataDir)} is not the one this database was used with: put that one there, or name its file with SECRET_KEY_FILE.`,
  );
}

async function installationOf(db: Db): Promise<Installation | null> {
  const [found] = await rows<Installation>(db, '/* installation */ SELECT environment, secret_check AS check FROM installation');
  return found ?? null;
}

/** A database without a name takes the first that it is given. */
function refuseEnvironment(its: string | null, ours: string | null): void {
  if (its === null || its === ours) return;
  throw new StartError(
    ours === null
      ? `This database belongs to the environment ${its}: set ENVIRONMENT=${its}, or use another database.`
      : `This database belongs to the environment ${its}, and ENVIRONMENT is ${ours}: use the database of ${ours}, or set ENVIRONMENT=${its}.`,
  );
}
