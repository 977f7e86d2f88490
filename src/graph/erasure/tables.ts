// Erasure: that somebody was here.
import { bigint, key, table, uuid } from '../../platform/postgres/table';

export const erasedEmployeeTable = table('erased_employee', { columns: { id: key(uuid), recorded_in: bigint } });
