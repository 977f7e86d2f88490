// The key that signs the log: in a file, never in the database, so that whoever can rewrite the one cannot sign for it.
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { newSigningKey, readSigner } from '../../core/checkpoint';
import { StartError } from '../../platform/start-error';
import type { HeadSigner } from './checkpoints';

/**
 * Reads the key from `file`, or from the data folder, where one is made at the first start. The log is called what the key is called.
 * @throws StartError when the file holds no key.
 */
export function loadSigner(file: string | null, dataDir: string): HeadSigner {
  const place = file ?? path.join(dataDir, 'audit-key');
  if (file === null && !existsSync(place)) {
    mkdirSync(dataDir, { recursive: true });
    writeFileSync(place, `${newSigningKey(`credential-graph/${randomBytes(6).toString('hex')}`)}\n`, { mode: 0o600 });
    chmodSync(place, 0o600);
  }
  try {
    const signer = readSigner(readFileSync(place, 'utf8'));
    return { origin: signer.name, signer };
  } catch (error) {
    throw new StartError(`The key that signs the log cannot be read from ${place}: ${(error as Error).message}.`, {
      cause: error,
    });
  }
}
