// Career paths: what is read and written.
import type { Write } from '../../journal/write';
import type { Db } from '../../platform/postgres/pool';
import { Params, rows, rowsParam } from '../../platform/sql';
import { known, type View } from '../context';

export interface PathRow {
  readonly uuid: string;
  readonly code: string;
  readonly title: string;
}

export interface MoveRow {
  readonly pathUuid: string;
  readonly from: string;
  readonly to: string;
}

/** Paths by code or id, as a view knows them. */
export async function pathsKnown(
  db: Db,
  view: View,
  where: { codes?: readonly string[]; ids?: readonly string[] },
): Promise<PathRow[]> {
  const q = new Params();
  const conditions = [known('p', view, q)];
  if (where.codes) conditions.push(`p.code = ANY(${q.add(where.codes)})`);
  if (where.ids) conditions.push(`p.id = ANY(${q.add(where.ids)})`);
  return rows<PathRow>(
    db,
    `/* pathsKnown */ SELECT p.id AS uuid, p.code, p.title FROM career_path p WHERE ${conditions.join(' AND ')}`,
    q.values,
  );
}

/** The moves of paths, in the order they were defined. */
export async function movesOf(db: Db, view: View, pathIds: readonly string[]): Promise<MoveRow[]> {
  const q = new Params();
  return rows<MoveRow>(
    db,
    `/* movesOf */ SELECT m.path_id AS "pathUuid", m.from_role AS "from", m.to_role AS "to" FROM career_move m
     WHERE m.path_id = ANY(${q.add(pathIds)}) AND ${known('m', view, q)} ORDER BY m.path_id, m.position`,
    q.values,
  );
}

/** The roles one move away from each of the given roles, on any path. */
export async function nextRoles(db: Db, view: View, roleIds: readonly string[]): Promise<{ from: string; to: string }[]> {
  const q = new Params();
  return rows(
    db,
    `/* nextRoles */ SELECT m.from_role AS "from", m.to_role AS "to" FROM career_move m
     WHERE m.from_role = ANY(${q.add(roleIds)}) AND ${known('m', view, q)} GROUP BY 1, 2`,
    q.values,
  );
}

/** Every move of every path, each once. */
export async function allMoves(db: Db, view: View): Promise<{ from: string; to: string }[]> {
  const q = new Params();
  return rows(
    db,
    `/* allMoves */ SELECT m.from_role AS "from", m.to_role AS "to" FROM career_move m WHERE ${known('m', view, q)} GROUP BY 1, 2`,
    q.values,
  );
}

/** Replaces a path and its moves. */
export async function recordPath(write: Write, path: PathRow, moves: readonly { from: string; to: string }[]): Promise<void> {
  await write.db.query('/* retirePath */ UPDATE career_path SET retired_in = $2 WHERE id = $1 AND retired_in IS NULL', [
    path.uuid,
    write.change,
  ]);
  await write.db.query('/* retireMoves */ UPDATE career_move SET retired_in = $2 WHERE path_id = $1 AND retired_in IS NULL', [
    path.uuid,
    write.change,
  ]);
  await write.db.query('/* recordPath */ INSERT INTO career_path (id, code, title, recorded_in) VALUES ($1, $2, $3, $4)', [
    path.uuid,
    path.code,
    path.title,
    write.change,
  ]);
  await write.db.query(
    `/* recordMoves */ INSERT INTO career_move (path_id, position, from_role, to_role, recorded_in)
     SELECT $2, r.position, r.from_role, r.to_role, $3 FROM jsonb_to_recordset($1) AS r(position integer, from_role uuid, to_role uuid)`,
    [rowsParam(moves.map((move, position) => ({ position, from_role: move.from, to_role: move.to }))), path.uuid, write.change],
  );
}
