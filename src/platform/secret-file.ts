// Secrets of an installation: each in a file of its own, made at the first start, readable by nobody else.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** A secret as its file has it, without the line's end. */
export interface KeptSecret {
  readonly text: string;
  /** This call has made it. */
  readonly isNew: boolean;
}

/** Reads a secret from its file, which `make` fills if there is none; of two nodes that start together one makes it, and both read that. */
export function keptSecret(file: string, make: () => string): KeptSecret {
  const isNew = !existsSync(file) && write(file, make());
  return { text: readFileSync(file, 'utf8').trim(), isNew };
}

function write(file: string, text: string): boolean {
  mkdirSync(path.dirname(file), { recursive: true });
  try {
    writeFileSync(file, `${text}\n`, { mode: 0o600, flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  }
}
