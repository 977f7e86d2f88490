// Secrets at rest: sealed with a key that is never in the database, so that a dump of it lets nobody sign.
import { randomBytes } from 'node:crypto';
import { openBody, SEALED, sealBody } from '../../journal/cipher';

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
