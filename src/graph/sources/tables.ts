// Sources: what each of them can say.
import { bigint, flag, instant, key, optional, table, text, uuid } from '../../platform/postgres/table';

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
