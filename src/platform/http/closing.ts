// How a socket is closed: for a reason that fits, and also when the other side does not answer.
import type { WebSocket } from 'ws';

import { censored } from '../../core/censor';

/** What a close frame has room for (RFC 6455, 5.5). */
const REASON_BYTES = 123;
const CUT = '…';
/** For a close to be answered: whoever is slow reads it behind all that was sent before. */
const GRACE_MS = 5_000;

/** Closes with a code, once. Ids of operations are the client's to choose, so a reason is cut to what fits, and says no secrets. */
export function closeSocket(socket: WebSocket, code: number, reason = ''): void {
  if (socket.readyState !== socket.OPEN) return;
  socket.close(code, fitting(censored(reason)));
  const late = setTimeout(() => socket.terminate(), GRACE_MS).unref();
  socket.once('close', () => clearTimeout(late));
}

function fitting(reason: string): string {
  const bytes = Buffer.from(reason);
  if (bytes.length <= REASON_BYTES) return reason;
  let end = REASON_BYTES - Buffer.byteLength(CUT);
  const isInCharacter = (): boolean => (bytes[end]! & 0xc0) === 0x80;
  while (isInCharacter()) end -= 1;
  return bytes.toString('utf8', 0, end) + CUT;
}
