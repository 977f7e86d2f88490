// The matrix of scopes against the schema: a field that nobody has thought about, and a way around, are red.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { getNamedType, isInterfaceType, isObjectType, type GraphQLObjectType } from 'graphql';
import { rootScopes, scopeOfType, SCOPES, typeScopes, type Scope } from '../../src/access/policy';
import { buildGraphSchema } from '../../src/schema';

const schema = buildGraphSchema();
const roots = [schema.getQueryType()!, schema.getMutationType()!, schema.getSubscriptionType()!];
const objects = Object.values(schema.getTypeMap()).filter(
  (type): type is GraphQLObjectType => isObjectType(type) && !type.name.startsWith('__') && !roots.includes(type),
);
const scopes = Object.keys(SCOPES) as Scope[];

/** Whatever is asked of it is another of its kind, and never answers: behind the matrix nothing happens here. */
const nothing: any = new Proxy(() => nothing, {
  get: (_, name) => (name === 'then' ? () => undefined : name === Symbol.toPrimitive ? () => '' : nothing),
});

/** Whether the matrix refuses a call by somebody who has these scopes; if not, whatever comes then is let be. */
function isRefused(call: (context: object) => unknown, ...held: string[]): boolean {
  const actor = { id: 'key:test', scopes: new Set(held) };
  const context = new Proxy({}, { get: (_, name) => (name === 'actor' ? actor : nothing) });
  try {
    const answer = call(context);
    if (answer instanceof Promise) answer.catch(() => undefined);
    return false;
  } catch (error) {
    return (error as { extensions?: { code?: string } }).extensions?.code === 'FORBIDDEN';
  }
}

describe('the matrix', () => {
  it('says of every operation and every type who may ask for it, and of nothing else', () => {
    const fields = roots.flatMap((root) => Object.keys(root.getFields()).map((name) => `${root.name}.${name}`));
    expect([...rootScopes.keys()].sort()).toEqual(fields.sort());
    const silent = objects.filter((type) => scopeOfType(type.name) === undefined).map(({ name }) => name);
    expect(silent).toEqual([]);
    const gone = [...typeScopes.keys()].filter((name) => schema.getType(name) === undefined);
    expect(gone).toEqual([]);
  });

  it('stands in docs/access.md as it is', () => {
    const page = readFileSync(path.join(__dirname, '../../docs/access.md'), 'utf8');
    const rows = page.split('\n').filter((line) => line.startsWith('| `'));
    const named = (all: ReadonlyMap<string, Scope | null>, scope: Scope): string =>
      [...all]
        .filter(([, own]) => own === scope)
        .map(([name]) => `\`${name}\``)
        .sort()
        .join(' ');
    expect(rows).toEqual(
      scopes.map((scope) => {
        const seen = scope === 'graph:read' ? 'the graph' : named(typeScopes, scope);
        return `| \`${scope}\` | ${SCOPES[scope]} | ${named(rootScopes, scope)} | ${seen} |`;
      }),
    );
  });

  it('lets each scope do what is its own, and refuses it everything else (G5)', () => {
    for (const root of roots) {
      for (const field of Object.values(root.getFields())) {
        const own = rootScopes.get(`${root.name}.${field.name}`)!;
        // of whoever is known at all nothing is asked
        if (own === null) continue;
        const below = scopeOfType(getNamedType(field.type).name) ?? own;
        const call = (context: object): unknown =>
          field.subscribe
            ? field.subscribe(undefined, {}, context, {} as never)
            : field.resolve!(undefined, {}, context, {} as never);
        for (const scope of scopes) {
          const may = scope === own && (below === own || below === scope);
          expect([field.name, scope, isRefused(call, scope)]).toEqual([field.name, scope, !may]);
        }
        expect([field.name, isRefused(call, own, below)]).toEqual([field.name, false]);
        expect([field.name, isRefused(call, '*')]).toEqual([field.name, false]);
        expect([field.name, isRefused(call)]).toEqual([field.name, true]);
      }
    }
  });

  it('asks again on every edge that leads from what one scope sees to what takes another', () => {
    let edges = 0;
    for (const type of objects) {
      for (const field of Object.values(type.getFields())) {
        const [own, below] = [scopeOfType(type.name), scopeOfType(getNamedType(field.type).name)];
        if (!below || below === own) continue;
        edges += 1;
        const call = (context: object): unknown => field.resolve!({}, {}, context, {} as never);
        const others = scopes.filter((scope) => scope !== below);
        expect([type.name, field.name, isRefused(call, ...others)]).toEqual([type.name, field.name, true]);
        expect([type.name, field.name, isRefused(call, below)]).toEqual([type.name, field.name, false]);
      }
    }
    expect(edges).toBeGreaterThan(10);
  });

  it('asks by what it turns out to be where a field may be one of several types', async () => {
    const abstract = Object.values(schema.getTypeMap()).filter(isInterfaceType);
    expect(abstract.map(({ name }) => name).sort()).toEqual(['Change', 'Node']);
    for (const type of abstract) {
      for (const possible of schema.getPossibleTypes(type)) {
        const scope = scopeOfType(possible.name)!;
        const seenBy = async (...held: Scope[]): Promise<unknown> => {
          const context = { actor: { id: 'key:test', scopes: new Set<string>(held) } };
          try {
            return await type.resolveType!({ __typename: possible.name }, context, { schema } as never, type);
          } catch (error) {
            return (error as { extensions: { code: string } }).extensions.code;
          }
        };
        expect(await seenBy(scope)).toBe(possible.name);
        expect(await seenBy(...scopes.filter((other) => other !== scope))).toBe('FORBIDDEN');
      }
    }
  });
});
