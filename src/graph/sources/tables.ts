// Sources: what each of them can say, and what it may.
import { bigint, flag, instant, key, list, optional, table, text, uuid } from '../../platform/postgres/table';

export const sourceCapabilityTable = table('source_capability', {
  columns: {
    id: key(uuid),
    source: text,
    subject: text,
    code: text,
    is_able: flag,
    at: instant,
    reason: optional(text),
    recorded_in: bigint,
    retired_in: optional(bigint),
  },
  indexes: {
    source_capability_current: { columns: ['subject', 'code', 'source', 'at'], unique: true, where: 'retired_in IS NULL' },
  },
});

export const allowListTable = table('allow_list', {
  columns: {
    id: key(uuid),
    source: text,
    operation: text,
    fields: optional(list(text)),
    reason: optional(text),
    recorded_in: key(bigint),
    retired_in: optional(bigint),
  },
  indexes: { allow_list_current: { columns: ['source', 'operation'], unique: true, where: 'retired_in IS NULL' } },
});

export const droppedFieldTable = table('dropped_field', {
  columns: { source: key(text), operation: key(text), field: key(text), count: bigint, last_at: instant },
});
