/** What credential types say of one another: that it exists, and that it does not go round in circles. */
import { refusal, type Refusal } from './refusal';

/** A type and the types it names. */
export interface TypeReferences {
  readonly code: string;
  /** Types to be held when a rule awards this one. */
  readonly prerequisites: readonly string[];
  /** Lower types whose holdings an award of this one renews. */
  readonly renews: readonly string[];
}

const RELATIONS = ['prerequisites', 'renews'] as const;
type Relation = (typeof RELATIONS)[number];

/**
 * Which of several definitions, given together, cannot stand beside those there are: one that names a type nobody defines, or that closes
 * a circle. They may name one another in any order; one that names a refused new type is refused with it. The later of one code counts.
 */
export function refuseReferences(
  defined: ReadonlyMap<string, TypeReferences>,
  items: readonly TypeReferences[],
): Map<TypeReferences, Refusal> {
  const refused = new Map<TypeReferences, Refusal>();
  for (;;) {
    const standing = items.filter((item) => !refused.has(item));
    const types = new Map([...defined, ...standing.map((item) => [item.code, item] as const)]);
    const found = standing.flatMap((item) => {
      const no = refuseOne(types, item);
      return no ? [[item, no] as const] : [];
    });
    if (found.length === 0) return refused;
    for (const [item, no] of found) refused.set(item, no);
  }
}

function refuseOne(types: ReadonlyMap<string, TypeReferences>, item: TypeReferences): Refusal | null {
  for (const relation of RELATIONS) {
    for (const [i, code] of item[relation].entries()) {
      if (types.has(code)) continue;
      const message = `There is no credential type "${code}": define it in the same request or before.`;
      return refusal('UNKNOWN_CREDENTIAL_TYPE', message, [relation, i]);
    }
    if (!closureOf(types, item.code, relation).includes(item.code)) continue;
    const message = `${item.code} would come back to itself along ${relation}: take one of them out.`;
    return relation === 'renews'
      ? refusal('RENEWAL_CYCLE', message, [relation])
      : refusal('PREREQUISITE_CYCLE', message, [relation]);
  }
  return null;
}

/** The codes a type names, those they name, and so on. */
export function closureOf(
  types: ReadonlyMap<string, { readonly [R in Relation]: readonly string[] }>,
  code: string,
  relation: Relation,
): string[] {
  const all = new Set<string>(types.get(code)?.[relation]);
  for (const member of all) for (const next of types.get(member)?.[relation] ?? []) all.add(next);
  return [...all];
}
