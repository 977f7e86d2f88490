// What the slices share: the version of the whole catalogue (types, courses, roles, rules).
import { bigint, onlyRow, table } from '../platform/postgres/table';

export const catalogueHeadTable = table('catalogue_head', {
  columns: { one: onlyRow, version: bigint },
  checks: { catalogue_head_one: 'one' },
});
