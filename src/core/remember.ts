/** A pure function that remembers at most `most` answers, then begins anew. */
export function remember<K, V>(most: number, answer: (key: K) => V): (key: K) => V {
  const known = new Map<K, V>();
  return (key) => {
    const found = known.get(key);
    if (found !== undefined) return found;
    const value = answer(key);
    if (known.size >= most) known.clear();
    known.set(key, value);
    return value;
  };
}
