/** Public ids: a short type mark and the row's uuid, so that `node(id)` knows where to look. */
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export type NodeKind = 'emp' | 'typ' | 'crd' | 'cmp' | 'rol' | 'pth' | 'crs' | 'apr' | 'dlg' | 'inc' | 'out' | 'otr';

/** The public id of a row. */
export function nodeId(kind: NodeKind, uuid: string): string {
  return `${kind}_${uuid}`;
}

/** Reads a public id back; null when it is none of ours. */
export function parseNodeId(id: string): { kind: NodeKind; uuid: string } | null {
  const cut = id.indexOf('_');
  const uuid = id.slice(cut + 1);
  const kind = id.slice(0, cut);
  return cut > 0 && UUID.test(uuid) && KINDS.has(kind) ? { kind: kind as NodeKind, uuid } : null;
}

/** The uuid in a public id of this kind; null when it is another. */
export function uuidOf(kind: NodeKind, id: string): string | null {
  const parsed = parseNodeId(id);
  return parsed?.kind === kind ? parsed.uuid : null;
}

const KINDS: ReadonlySet<string> = new Set<NodeKind>([
  'emp',
  'typ',
  'crd',
  'cmp',
  'rol',
  'pth',
  'crs',
  'apr',
  'dlg',
  'inc',
  'out',
  'otr',
]);
