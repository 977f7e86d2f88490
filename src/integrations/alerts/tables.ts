// Alerts, and the volumes some of them come from.
import { bigint, instant, key, onlyRow, optional, table, text, uuid } from '../../platform/postgres/table';

export const alertTable = table('alert', {
  columns: { id: key(uuid), kind: text, subject: text, message: text, opened_at: instant, resolved_at: optional(instant) },
  indexes: { alert_open: { columns: ['kind', 'subject'], unique: true, where: 'resolved_at IS NULL' } },
});

export const volumeTable = table('volume', { columns: { at: key(instant), what: key(text), count: bigint } });

export const volumeHeadTable = table('volume_head', {
  columns: { one: onlyRow, pos: bigint },
  checks: { volume_head_one: 'one' },
});
