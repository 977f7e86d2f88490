// Each sort of definition: what of it counts as the same, and the mutation that takes it.
import { ask, type Refused, type Server, type Told } from './server';

/** How a sort is copied. */
export interface CopiedSort {
  readonly sort: string;
  /** What one of them is called in a sentence. */
  readonly noun: string;
  /** Sent together at most; one by one where each has a mutation of its own. */
  readonly atOnce: number;
  /** What a definition says, for comparison: without what may differ. */
  readonly said: (input: Told['input']) => unknown;
  /** Defines some, in order; answers for each why it was refused, or null. */
  readonly define: (server: Server, inputs: readonly Told['input'][]) => Promise<(Refused | null)[]>;
  /** Why one cannot be copied at all. */
  readonly refuse?: (input: Told['input']) => Refused | null;
  /** Its definitions are versions that take effect one after the other. */
  readonly isVersioned?: true;
}

const REFUSAL = 'refusal { code message path }';

/** A mutation whose input is a list of items under a name. */
function items(mutation: string, list: string): CopiedSort['define'] {
  return async (server, inputs) => (await ingested(server, mutation, { [list]: inputs })).slice(0, inputs.length);
}

async function ingested(server: Server, mutation: string, input: object): Promise<(Refused | null)[]> {
  const document = `mutation ($input: ${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input!) { ${mutation}(input: $input) { results { ${REFUSAL} } } }`;
  const answer = await ask<Record<string, { results: { refusal: Refused | null }[] }>>(server, document, { input });
  return answer[mutation]!.results.map(({ refusal }) => refusal);
}

function published(mutation: string, type: string): CopiedSort['define'] {
  return async (server, inputs) => {
    const refusals: (Refused | null)[] = [];
    for (const input of inputs) {
      const document = `mutation ($input: ${type}!) { ${mutation}(input: $input) { ${REFUSAL} } }`;
      const answer = await ask<Record<string, { refusal: Refused | null }>>(server, document, { input });
      refusals.push(answer[mutation]!.refusal);
    }
    return refusals;
  };
}

const all = (input: Told['input']): unknown => input;
const without =
  (...names: readonly string[]) =>
  (input: Told['input']): unknown =>
    Object.fromEntries(Object.entries(input).filter(([name]) => !names.includes(name)));

const PINNED: Refused = {
  ...{ code: 'RULE_VERSION_PINNED', path: ['rule'] },
  message: 'It refers to one version of a rule, and versions are counted anew elsewhere: publish it there by hand.',
};

/** Whether a rule refers to one version of a rule. */
function pinsVersion(node: unknown): boolean {
  if (typeof node !== 'object' || node === null) return false;
  const { rule } = node as { rule?: { readonly roleCode?: unknown; readonly version?: unknown } };
  if (rule?.roleCode !== undefined && rule.version != null) return true;
  return Object.values(node).some(pinsVersion);
}

/** All sorts, those that others are made of first. */
export const COPIED: readonly CopiedSort[] = [
  { sort: 'COURSE', noun: 'course', atOnce: 500, said: all, define: items('defineCourses', 'courses') },
  {
    sort: 'CREDENTIAL_TYPE',
    noun: 'credential type',
    atOnce: 500,
    said: all,
    define: items('defineCredentialTypes', 'credentialTypes'),
  },
  {
    ...{ sort: 'AWARD_RULE', noun: 'award rule of', atOnce: 1, isVersioned: true, said: without('effectiveFrom') },
    define: published('publishAwardRule', 'PublishAwardRuleInput'),
  },
  { sort: 'ROLE', noun: 'role', atOnce: 500, said: all, define: items('defineRoles', 'roles') },
  {
    ...{ sort: 'CAREER_PATH', noun: 'career path', atOnce: 1, said: all },
    define: async (server, [path]) => ingested(server, 'defineCareerPath', path!),
  },
  {
    ...{ sort: 'CAPABILITY', noun: 'word of a source', atOnce: 1, said: without('reason') },
    define: async (server, [word]) => {
      const { source, ...capability } = word!;
      return ingested(server, 'declareCapabilities', { source, capabilities: [capability] });
    },
  },
  {
    ...{ sort: 'RULE', noun: 'rule of', atOnce: 1, isVersioned: true, said: without('effectiveFrom') },
    define: published('publishRule', 'RuleDraftInput'),
    refuse: ({ rule }) => (pinsVersion(rule) ? PINNED : null),
  },
  { sort: 'OUTCOME', noun: 'outcome', atOnce: 500, said: all, define: items('defineOutcomes', 'outcomes') },
  {
    ...{ sort: 'ALLOW_LIST', noun: 'list of what a source may tell', atOnce: 500, said: without('reason') },
    define: items('defineAllowLists', 'allowLists'),
  },
];
