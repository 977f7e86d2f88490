// JSON in which a name stands twice means two things to two readers; JSON.parse silently takes the last.

/** Whether a JSON object, already known to be sound, names a member of its own twice. Objects within it are not looked into. */
export function hasRepeatedName(json: string): boolean {
  const names = new Set<string>();
  // strings as wholes, and what opens, closes and parts
  const parts = json.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]/g) ?? [];
  let depth = 0;
  for (const [i, part] of parts.entries()) {
    if (part === '{' || part === '[') depth += 1;
    else if (part === '}' || part === ']') depth -= 1;
    else if (depth === 1 && part.startsWith('"') && parts[i + 1] === ':') {
      const name = JSON.parse(part) as string;
      if (names.has(name)) return true;
      names.add(name);
    }
  }
  return false;
}
