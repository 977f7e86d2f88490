// What the stream says of a change: the same as a webhook, in a CloudEvents envelope.
import type { LogEntry } from '../../journal/entry';
import { nodeId } from '../../platform/graphql/node-id';
import { changeData, messageType, personOf } from '../webhooks/message';

/** Under this stand all subjects of the export: `credential-graph.changes.<about>.<what>.<employee id, or ->`. */
export const PREFIX = 'credential-graph.changes';
/** The position of the change in the log, as a decimal number. */
export const POSITION_HEADER = 'Credential-Graph-Position';

/** A message ready to be published. */
export interface StreamMessage {
  readonly position: number;
  readonly subject: string;
  readonly payload: string;
}

/** What a message needs to know beside the change. */
export interface Told {
  readonly cursor: string;
  /** The name of the log: positions of another one mean something else. */
  readonly log: string;
  /** The longest payload the server takes, in bytes. */
  readonly maxBytes: number;
}

/** The message about a change. One that the server would not take says which change it is and not what of it, with `isCut`. */
export function streamMessage(entry: LogEntry, { cursor, log, maxBytes }: Told): StreamMessage {
  const person = personOf(entry);
  const data = changeData(entry, cursor);
  const envelope = {
    specversion: '1.0',
    id: entry.eventId,
    source: `/credential-graph/${log}`,
    type: messageType(entry),
    ...(person !== null && { subject: nodeId('emp', person) }),
    time: data['occurredAt'],
    datacontenttype: 'application/json',
  };
  const whole = JSON.stringify({ ...envelope, data });
  const { change, kind, position, occurredAt, recordedAt, employee, employeeId } = data;
  const cut = { change, kind, position, cursor, occurredAt, recordedAt, employee, employeeId, isCut: true };
  const fits = Buffer.byteLength(whole) + HEADER_BYTES <= maxBytes;
  return {
    position: entry.pos,
    subject: `${PREFIX}.${messageType(entry)}.${person === null ? '-' : nodeId('emp', person)}`,
    payload: fits ? whole : JSON.stringify({ ...envelope, data: cut }),
  };
}

/** All that the stream says of a person, as a filter. */
export function subjectsAbout(employeeId: string): string {
  return `${PREFIX}.*.*.${nodeId('emp', employeeId)}`;
}

/** Headers count as payload; ours are far below this. */
const HEADER_BYTES = 1_024;
