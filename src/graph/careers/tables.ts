// Careers: paths, and the moves between roles they are made of.
import { bigint, integer, key, optional, table, text, uuid } from '../../platform/postgres/table';

export const careerPathTable = table('career_path', {
  columns: { id: key(uuid), code: text, title: text, recorded_in: key(bigint), retired_in: optional(bigint) },
  indexes: { career_path_current: { columns: ['code'], unique: true, where: 'retired_in IS NULL' } },
});

export const careerMoveTable = table('career_move', {
  columns: {
    path_id: key(uuid),
    position: key(integer),
    from_role: uuid,
    to_role: uuid,
    recorded_in: key(bigint),
    retired_in: optional(bigint),
  },
  indexes: { career_move_from: { columns: ['from_role'], where: 'retired_in IS NULL' } },
});
