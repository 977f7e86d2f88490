/** Public ids of this room, and the uuids in them; null when an id is none of ours. */
const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';

export const webhookId = (uuid: string): string => `whk_${uuid}`;
export const messageId = (uuid: string): string => `msg_${uuid}`;

export function webhookUuid(id: string): string | null {
  return new RegExp(`^whk_(${UUID})$`).exec(id)?.[1] ?? null;
}

export function messageUuid(id: string): string | null {
  return new RegExp(`^msg_(${UUID})$`).exec(id)?.[1] ?? null;
}
