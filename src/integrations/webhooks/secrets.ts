// Secrets at rest: sealed with a key that is never in the database, so that a dump of it lets nobody sign.
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { KEY_BYTES, openBody, SEALED, sealBody } from '../../journal/cipher';
import { keptSecret } from '../../platform/secret-file';
import { StartError } from '../../platform/start-error';

const SECRET_BYTES = 32;

/** Seals and opens what endpoints sign with; each is bound to its endpoint. */
export class Secrets {
  constructor(private readonly key: Buffer) {}

  /** A new secret. */
  fresh(): Buffer {
    return randomBytes(SECRET_BYTES);
  }

  /** As it is stored. */
  seal(secret: Buffer, endpointId: string): Buffer {
    return sealBody(secret.toString('base64'), this.key, endpointId).bytes;
  }

  /** As it was; null when it was sealed with another key than this node has, or for another endpoint. */
  open(sealed: Buffer, endpointId: string): Buffer | null {
    const { body } = openBody({ format: SEALED, bytes: sealed }, this.key, endpointId);
    return typeof body === 'string' ? Buffer.from(body, 'base64') : null;
  }
}

/**
 * The key of this installation: 32 bytes as base64 in a file, which all its nodes share. The one in the data folder is made at the
 * first start; one that was named must be there.
 *
 * @throws StartError when the file holds no key.
 */
export function secretKey(named: string | null, dataDir: string): Buffer {
  const file = named ?? path.join(dataDir, 'secret-key');
  const text = named === null ? keptSecret(file, () => randomBytes(KEY_BYTES).toString('base64')).text : textOf(file);
  const key = Buffer.from(text, 'base64');
  if (key.length !== KEY_BYTES) throw new StartError(`${file} holds no key: make one with "openssl rand -base64 32".`);
  return key;
}

function textOf(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}
