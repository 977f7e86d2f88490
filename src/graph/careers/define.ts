// defineCareerPath
import { uuidv7 } from 'uuidv7';
import { refusePoison } from '../../core/poison';
import { refusal, type Refusal } from '../../core/refusal';
import { LONGEST_NAME, refuseLongText } from '../../core/text-limits';
import type { ItemResult } from '../../journal/ingest';
import type { Write } from '../../journal/write';
import { nodeId } from '../../platform/graphql/node-id';
import { changeCatalogue } from '../catalogue';
import { recordDefinition } from '../definitions';
import { rolesKnown } from '../rules/definitions';
import { movesOf, pathsKnown, recordPath } from './store';

/** An item of defineCareerPath: the path as a whole. */
export interface PathItem {
  readonly code: string;
  readonly title: string;
  readonly moves: readonly { readonly from: string; readonly to: string }[];
}

/** Defines career paths inside a change; the same definition again changes nothing. Moves may form cycles: real careers do. */
export async function applyPaths(write: Write, raw: readonly unknown[]): Promise<ItemResult[]> {
  const version = await changeCatalogue(write);
  const results: ItemResult[] = [];
  for (const item of raw as readonly PathItem[]) results.push(await definePath(write, item, version));
  return results;
}

async function definePath(write: Write, item: PathItem, version: number): Promise<ItemResult> {
  const now = { at: write.now, known: null, sight: null };
  const long = refuseLongText(item, ['code'], LONGEST_NAME);
  if (long) return rejected(long);
  if (item.code.trim() === '') return rejected(refusal('INVALID_CODE', 'code names the path: it is not empty.', ['code']));
  const poison = refusePoison(item);
  if (poison) return rejected(poison);
  const codes = [...new Set(item.moves.flatMap((move) => [move.from, move.to]))];
  const roles = new Map((await rolesKnown(write.db, now, { codes })).map((role) => [role.code, role.uuid]));
  const at = item.moves.findIndex((move) => !roles.has(move.from) || !roles.has(move.to));
  if (at >= 0) {
    const code = roles.has(item.moves[at]!.from) ? item.moves[at]!.to : item.moves[at]!.from;
    return rejected(
      refusal('UNKNOWN_ROLE', `There is no role "${code}": define it first with defineRoles.`, ['moves', String(at)]),
    );
  }
  const [known] = await pathsKnown(write.db, now, { codes: [item.code] });
  const path = { uuid: known?.uuid ?? uuidv7(), code: item.code, title: item.title };
  const moves = unique(item.moves.map((move) => ({ from: roles.get(move.from)!, to: roles.get(move.to)! })));
  const earlier = known ? (await movesOf(write.db, now, [known.uuid])).map(({ from, to }) => ({ from, to })) : [];
  if (known?.title === path.title && JSON.stringify(earlier) === JSON.stringify(moves)) {
    return { outcome: 'UNCHANGED', id: nodeId('pth', path.uuid), refusal: null };
  }
  await recordPath(write, path, moves);
  recordDefinition(write, 'career_path.defined', path.uuid, version, {
    code: path.code,
    title: path.title,
    moves: item.moves.map(({ from, to }) => ({ from, to })),
  });
  return { outcome: 'APPLIED', id: nodeId('pth', path.uuid), refusal: null };
}

function unique<M extends { from: string; to: string }>(moves: readonly M[]): M[] {
  return [...new Map(moves.map((move) => [`${move.from}|${move.to}`, move])).values()];
}

function rejected(no: Refusal): ItemResult {
  return { outcome: 'REJECTED', id: null, refusal: no };
}
