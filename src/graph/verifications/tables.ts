// Verifications: when somebody made sure that a credential is what it says.
import { bigint, day, instant, key, optional, table, text, uuid } from '../../platform/postgres/table';

export const credentialVerificationTable = table('credential_verification', {
  columns: {
    id: key(uuid),
    credential_id: uuid,
    employee_id: uuid,
    at: instant,
    verified_on: optional(day),
    evidence_url: optional(text),
    method: optional(text),
    actor: text,
    source: text,
    event_id: optional(text),
    recorded_in: bigint,
    retired_in: optional(bigint),
  },
  indexes: {
    credential_verification_current: { columns: ['credential_id', 'at', 'id'], where: 'retired_in IS NULL' },
    credential_verification_history: { columns: ['credential_id'], where: 'retired_in IS NOT NULL' },
    credential_verification_person: { columns: ['employee_id'] },
    credential_verification_event: { columns: ['source', 'event_id'], unique: true, where: 'event_id IS NOT NULL' },
  },
});
