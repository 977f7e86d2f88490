// In which role people ask: given by hand, or by their groups and job titles.
import { bigint, key, optional, table, text, uuid } from '../../platform/postgres/table';

export const accessAssignmentTable = table('access_assignment', {
  columns: { id: key(uuid), employee_id: uuid, role: text, reason: text, recorded_in: bigint, retired_in: optional(bigint) },
  indexes: {
    access_assignment_current: { columns: ['employee_id'], unique: true, where: 'retired_in IS NULL' },
    access_assignment_history: { columns: ['employee_id'], where: 'retired_in IS NOT NULL' },
  },
});

export const accessMappingTable = table('access_mapping', {
  columns: { id: key(uuid), kind: text, value: text, role: text, recorded_in: bigint, retired_in: optional(bigint) },
  indexes: { access_mapping_current: { columns: ['kind', 'value'], unique: true, where: 'retired_in IS NULL' } },
});
