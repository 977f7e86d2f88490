// What is written beside the code says what the code does: codes, promises, descriptions; and names no place it should not.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import {
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
} from 'graphql';
import ts from 'typescript';

import { buildGraphSchema } from '../src/schema';
import { filesUnder, root } from './kit/files';
import { nodesOf, place, sourcesUnder } from './kit/source';

const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const sources = sourcesUnder('src').filter(({ path: file }) => !/\.(test|oracle)\.ts$/.test(file));

describe('docs/errors.md', () => {
  const [refusals, errors] = read('docs/errors.md').split('## Errors');
  const codesIn = (text: string): string[] =>
    [...text.matchAll(/^\| `([A-Z_]+)` \| [^|]+ \| [^|]+ \|$/gm)].map(([, code]) => code!);

  const calls = sources.flatMap((source) =>
    [...nodesOf(source.tree)]
      .filter((node): node is ts.CallExpression => ts.isCallExpression(node) && node.expression.getText() === 'refusal')
      .map((call) => ({ at: place(source, call), code: call.arguments[0] })),
  );

  it('can be checked: every refusal says its code in place', () => {
    expect(calls.length).toBeGreaterThan(0);
    expect(calls.filter(({ code }) => !code || !ts.isStringLiteral(code)).map(({ at }) => at)).toEqual([]);
  });

  it('lists each refusal there is, once and in order, and no other', () => {
    const used = new Set(calls.flatMap(({ code }) => (code && ts.isStringLiteral(code) ? code.text : [])));
    expect(codesIn(refusals!)).toEqual([...used].sort());
  });

  it('lists each error code there is, and no other', () => {
    const source = sources.find(({ path: file }) => file === 'src/platform/graphql/errors.ts')!;
    const union = [...nodesOf(source.tree)].find((node) => ts.isTypeAliasDeclaration(node) && node.name.text === 'ErrorCode')!;
    const codes = [...nodesOf(union)].filter(ts.isStringLiteral).map(({ text }) => text);
    expect(codesIn(errors!).sort()).toEqual(codes.sort());
  });
});

describe('docs/invariants.md', () => {
  const rows = [...read('docs/invariants.md').matchAll(/^\| I(\d+) \| ([^|]+) \| ([^|]+) \|$/gm)].map(
    ([, number, promise, tests]) => ({
      number: Number(number),
      promise: promise!.trim(),
      tests: [...tests!.matchAll(/`([^`]+)`/g)].map(([, file]) => file!),
    }),
  );

  it('numbers its promises without a gap', () => {
    expect(rows.map(({ number }) => number)).toEqual(rows.map((_, index) => index + 1));
  });

  it('names for each a test that exists', () => {
    const kept = (file: string): boolean =>
      file.endsWith('.test.ts') && existsSync(path.join(root, file)) && /\bit(\.each\(.*\))?\(/.test(read(file));
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.filter(({ tests }) => tests.length === 0 || !tests.every(kept))).toEqual([]);
  });
});

describe('the schema', () => {
  const schema = buildGraphSchema();
  const types = Object.values(schema.getTypeMap()).filter((type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type));

  /** Everything of a type that a reader meets, as `Type.field(argument:)`. */
  function partsOf(type: GraphQLNamedType): { name: string; description?: string | null }[] {
    const parts: { name: string; description?: string | null }[] = [{ name: type.name, description: type.description }];
    if (isEnumType(type))
      parts.push(...type.getValues().map(({ name, description }) => ({ name: `${type.name}.${name}`, description })));
    if (isInputObjectType(type) || isObjectType(type) || isInterfaceType(type)) {
      for (const field of Object.values<GraphQLField<unknown, unknown> | GraphQLInputField>(type.getFields())) {
        const name = `${type.name}.${field.name}`;
        parts.push({ name, description: field.description });
        const args = 'args' in field ? field.args : [];
        parts.push(...args.map((arg) => ({ name: `${name}(${arg.name}:)`, description: arg.description })));
      }
    }
    return parts;
  }

  it('describes every type, field, argument and enum value: it is the manual', () => {
    const silent = types.flatMap(partsOf).filter(({ description }) => !description?.trim());
    expect(silent.map(({ name }) => name)).toEqual([]);
  });
});

describe('the files of the project', () => {
  const ignored = new Set([
    '.git',
    ...read('.gitignore')
      .split('\n')
      .map((line) => line.replace(/\/$/, '')),
  ]);
  const files = readdirSync(root, { withFileTypes: true })
    .filter(({ name }) => !ignored.has(name))
    .flatMap((entry) => (entry.isDirectory() ? filesUnder(entry.name) : entry.name));

  it('names no folder of a developer’s machine', () => {
    const machine = new RegExp(['/ho' + 'me/', '/ro' + 'ot/', '/Use' + 'rs/', '/wo' + 'rk/', '[A-Z]:\\\\Use' + 'rs'].join('|'));
    const wrong = files.flatMap((file) =>
      read(file)
        .split('\n')
        .flatMap((line, index) => (machine.test(line) ? `${file}:${index + 1}` : [])),
    );
    expect(wrong).toEqual([]);
  });

  it('says in package-lock.json what to install, not from which host', () => {
    const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, { resolved?: string }> };
    expect(
      Object.entries(packages)
        .filter(([, { resolved }]) => resolved?.includes('://'))
        .map(([name]) => name),
    ).toEqual([]);
  });
});
