// The key that signs the log: in a file, never in the database, so that whoever can rewrite the one cannot sign for it.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { newSigningKey, readSigner } from '../../core/checkpoint';
import { keptSecret } from '../../platform/secret-file';
import { StartError } from '../../platform/start-error';
import type { HeadSigner } from './checkpoints';

/**
 * Reads the key from `file`, or from the data folder, where one is made at the first start. The log is called what the key is called.
 * @throws StartError when the file holds no key.
 */
export function loadSigner(file: string | null, dataDir: string): HeadSigner {
  const place = file ?? path.join(dataDir, 'audit-key');
  try {
    const text = file === null ? keptSecret(place, newKey).text : readFileSync(file, 'utf8');
    const signer = readSigner(text);
    return { origin: signer.name, signer };
  } catch (error) {
    throw new StartError(`The key that signs the log cannot be read from ${place}: ${(error as Error).message}.`, {
      cause: error,
    });
  }
}

function newKey(): string {
  return newSigningKey(`credential-graph/${randomBytes(6).toString('hex')}`);
}
