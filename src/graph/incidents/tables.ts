// Incidents: what happened to people, or through them, that rules may ask about.
import { bigint, instant, key, optional, table, text, uuid } from '../../platform/postgres/table';

export const incidentTable = table('incident', {
  columns: {
    id: key(uuid),
    employee_id: uuid,
    kind: text,
    occurred_at: instant,
    reason: optional(text),
    reference: optional(text),
    source: text,
    event_id: optional(text),
    recorded_in: bigint,
    retired_in: optional(bigint),
  },
  indexes: {
    incident_current: { columns: ['employee_id', 'occurred_at', 'id'], where: 'retired_in IS NULL' },
    incident_history: { columns: ['employee_id'], where: 'retired_in IS NOT NULL' },
    incident_event: { columns: ['source', 'event_id'], unique: true, where: 'event_id IS NOT NULL' },
  },
});
