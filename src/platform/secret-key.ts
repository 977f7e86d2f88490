// The secret key of an installation: what stands sealed in its database opens with it, so that a dump alone opens nothing.
import { createHmac, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { keptSecret } from './secret-file';
import { StartError } from './start-error';

const KEY_BYTES = 32;

/** Where it is. */
export function secretKeyFile(named: string | null, dataDir: string): string {
  return named ?? path.join(dataDir, 'secret-key');
}

/**
 * The key of this installation: 32 bytes as base64 in a file, which all its nodes share. The one in the data folder is made at the
 * first start, unless `isExpected` says that there is one somewhere; one that was named must be there.
 *
 * @throws StartError when the file holds no key.
 */
export function secretKey(named: string | null, dataDir: string, isExpected = false): Buffer {
  const file = secretKeyFile(named, dataDir);
  const text =
    named === null && !isExpected ? keptSecret(file, () => randomBytes(KEY_BYTES).toString('base64')).text : textOf(file);
  if (isExpected && text === '') {
    throw new StartError(
      `This database was used with a secret key that is not in ${file}: put it there, or name its file with SECRET_KEY_FILE.`,
    );
  }
  const key = Buffer.from(text, 'base64');
  if (key.length !== KEY_BYTES) throw new StartError(`${file} holds no key: make one with "openssl rand -base64 32".`);
  return key;
}

/** A key for one purpose, from which neither the secret key nor those of other purposes follow. */
export function keyFor(purpose: string, key: Buffer): Buffer {
  return createHmac('sha256', key).update(`credential-graph ${purpose}`).digest();
}

function textOf(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
}
