// Misspelled names.

/** How many letters must be added, taken away or replaced to make one text of the other; case does not count. Answers `most` + 1 for more than `most`. */
export function editDistance(a: string, b: string, most: number): number {
  const [from, to] = [a.toLowerCase(), b.toLowerCase()];
  if (Math.abs(from.length - to.length) > most) return most + 1;
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = row[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return Math.min(row[to.length]!, most + 1);
}

/** The name that was probably meant; null: none is near enough. Short names are near to many others, so they may differ by less. */
export function probablyMeant(name: string, names: Iterable<string>): string | null {
  const most = name.length >= 7 ? 2 : name.length >= 4 ? 1 : 0;
  let nearest: { readonly name: string; readonly distance: number } | null = null;
  for (const other of names) {
    const distance = editDistance(name, other, most);
    if (distance <= most && (nearest === null || distance < nearest.distance)) nearest = { name: other, distance };
  }
  return nearest?.name ?? null;
}
