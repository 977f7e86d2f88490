// The rules of the house that a compiler does not know: what may import what, what the core may touch, sizes and names.
import path from 'node:path';

import ts from 'typescript';

import { nodesOf, place, type Source, sourcesUnder } from './kit/source';

const rooms = ['core', 'platform', 'journal', 'access', 'graph', 'integrations', 'top'];
/** What a slice shows the later ones: types and reads. Its commands (upsert, record, define, issue, act, publish) and tables are its own. */
const shown = [
  'facts',
  'find',
  'resolve',
  'store',
  'types',
  'gql-types',
  'graphql',
  'definitions',
  'settle',
  'labels',
  'draft',
  'gql-rule-inputs',
  'known-facts',
  'person-facts',
  'judge',
  'stored',
  'workforce',
  'offers',
];
const slices = [
  'people',
  'viewers',
  'learning',
  'credentials',
  'verifications',
  'approvals',
  'incidents',
  'sources',
  'rules',
  'eligibility',
  'outcomes',
  'publication',
  'forecast',
  'what-if',
  'diff',
  'ways',
  'careers',
  'inventory',
  'changes',
  'audit',
  'erasure',
  'proofs',
];
const longest = 400;

const all = sourcesUnder('src');
/** Tests, and the slow but obvious twins of the product that they compare it with. */
const isTest = (file: string): boolean => /\.(test|oracle)\.ts$/.test(file);
const sources = all.filter((source) => !isTest(source.path));
const inCore = sources.filter((source) => roomOf(source.path) === 'core');

/** The room a file is in: the folder below src, or 'top' for schema.ts, app.ts and main.ts. */
function roomOf(file: string): string {
  const [, room, ...rest] = file.split('/');
  return rest.length > 0 ? room! : 'top';
}

/** The slice of the graph a file is in, or null at the graph's root and outside it. */
function sliceOf(file: string): string | null {
  const [, room, slice, ...rest] = file.split('/');
  return room === 'graph' && rest.length > 0 ? slice! : null;
}

/** Every import between two files of ours that breaks a rule, as `file:line imports target`. */
function wrongImports(among: readonly Source[], isWrong: (from: string, to: string, isTypeOnly: boolean) => boolean): string[] {
  return among.flatMap((source) =>
    source.imports
      .filter(({ target, isTypeOnly }) => target !== null && isWrong(source.path, target, isTypeOnly))
      .map(({ target, line }) => `${source.path}:${line} imports ${target}`),
  );
}

/** Every node that breaks a rule, as `file:line text`. */
function wrongNodes(among: readonly Source[], isWrong: (node: ts.Node, source: Source) => boolean): string[] {
  return among.flatMap((source) =>
    [...nodesOf(source.tree)]
      .filter((node) => isWrong(node, source))
      .map((node) => `${place(source, node)} ${node.getText().split('\n')[0]}`),
  );
}

describe('imports', () => {
  it('find the rooms and slices they are said to be in', () => {
    const strange = sources
      .map(({ path: file }) => sliceOf(file) ?? roomOf(file))
      .filter((name) => ![...rooms, ...slices].includes(name));
    expect(strange).toEqual([]);
  });

  it('go downstairs only: core, platform, journal, access, graph, integrations, then schema, app and main', () => {
    const isUp = (from: string, to: string): boolean => rooms.indexOf(roomOf(from)) < rooms.indexOf(roomOf(to));
    expect(wrongImports(sources, isUp)).toEqual([]);
  });

  it('do not leave src, but for the migrations that the top applies', () => {
    const isOutside = (from: string, to: string): boolean =>
      !to.startsWith('src/') && !(roomOf(from) === 'top' && to.startsWith('migrations/'));
    expect(wrongImports(sources, isOutside)).toEqual([]);
  });

  it('bring nothing into core but core itself, hashes and calendars', () => {
    const wrong = inCore.flatMap((source) =>
      source.imports
        .filter(({ target, specifier }) => target === null && !['node:crypto', 'temporal-polyfill'].includes(specifier))
        .map(({ specifier, line }) => `${source.path}:${line} imports ${specifier}`),
    );
    expect(wrong).toEqual([]);
  });

  it('follow the order of the slices, from people to changes', () => {
    const isAhead = (from: string, to: string): boolean => {
      const [here, there] = [sliceOf(from), sliceOf(to)];
      return here !== null && there !== null && slices.indexOf(here) < slices.indexOf(there);
    };
    expect(wrongImports(sources, isAhead)).toEqual([]);
  });

  it('between slices take types and reads, never another slice’s commands', () => {
    const isClosed = (from: string, to: string): boolean =>
      sliceOf(from) !== null &&
      sliceOf(to) !== null &&
      sliceOf(from) !== sliceOf(to) &&
      !shown.includes(path.posix.basename(to, '.ts'));
    expect(wrongImports(sources, isClosed)).toEqual([]);
  });

  it('let the root of the graph know the slices by their types at most', () => {
    const isRoot = (file: string): boolean => roomOf(file) === 'graph' && sliceOf(file) === null;
    expect(wrongImports(sources, (from, to, isTypeOnly) => isRoot(from) && sliceOf(to) !== null && !isTypeOnly)).toEqual([]);
  });

  it('leave the tables of another folder alone: only its own store may name them', () => {
    const isForeign = (from: string, to: string): boolean =>
      path.posix.basename(to) === 'tables.ts' && from !== path.posix.join(path.posix.dirname(to), 'store.ts');
    expect(wrongImports(sources, isForeign)).toEqual([]);
  });

  it('of tests come from tests only', () => {
    expect(wrongImports(sources, (_, to) => isTest(to))).toEqual([]);
  });

  it('have no circle that is still there once compiled', () => {
    const next = new Map(
      sources.map((source) => [
        source.path,
        source.imports.flatMap(({ target, isTypeOnly }) => (isTypeOnly ? [] : (target ?? []))),
      ]),
    );
    const done = new Set<string>();
    const circleFrom = (file: string, trail: readonly string[]): string[] | null => {
      if (trail.includes(file)) return [...trail.slice(trail.indexOf(file)), file];
      if (done.has(file)) return null;
      for (const target of next.get(file) ?? []) {
        const circle = circleFrom(target, [...trail, file]);
        if (circle) return circle;
      }
      done.add(file);
      return null;
    };
    const circles = sources.flatMap(({ path: file }) => circleFrom(file, [])?.join(' -> ') ?? []);
    expect(circles).toEqual([]);
  });
});

describe('the core', () => {
  it('reads no clock', () => {
    const isClock = (node: ts.Node): boolean =>
      (ts.isPropertyAccessExpression(node) && ['Date.now', 'Temporal.Now', 'performance.now'].includes(node.getText())) ||
      (ts.isNewExpression(node) && node.expression.getText() === 'Date' && !node.arguments?.length) ||
      (ts.isCallExpression(node) && node.expression.getText() === 'Date');
    expect(wrongNodes(inCore, isClock)).toEqual([]);
  });

  it('throws no dice', () => {
    const isDice = (node: ts.Node): boolean =>
      ts.isIdentifier(node) &&
      (/^random/.test(node.text) || node.text === 'getRandomValues') &&
      !ts.isVariableDeclaration(node.parent);
    expect(wrongNodes(inCore, isDice)).toEqual([]);
  });

  it('touches nothing outside itself', () => {
    const outside = [
      'process',
      'console',
      'globalThis',
      'fetch',
      'require',
      'setTimeout',
      'setInterval',
      'setImmediate',
      'queueMicrotask',
    ];
    const isOutside = (node: ts.Node): boolean =>
      ts.isIdentifier(node) &&
      outside.includes(node.text) &&
      !ts.isPropertyAccessExpression(node.parent) &&
      !ts.isPropertySignature(node.parent);
    const isUse = (node: ts.Node): boolean =>
      isOutside(node) || (ts.isIdentifier(node) && isObjectOfAccess(node) && outside.includes(node.text));
    expect(wrongNodes(inCore, isUse)).toEqual([]);
  });
});

/** The `a` of `a.b`. */
function isObjectOfAccess(node: ts.Node): boolean {
  return ts.isPropertyAccessExpression(node.parent) && node.parent.expression === node;
}

describe('files', () => {
  it(`have at most ${longest} lines`, () => {
    expect(all.filter(({ lines }) => lines > longest).map(({ path: file, lines }) => `${file}: ${lines} lines`)).toEqual([]);
  });

  it('are called in lower case, with hyphens', () => {
    const isStrange = (file: string): boolean => !/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)*\.ts$/.test(path.posix.basename(file));
    expect(all.map(({ path: file }) => file).filter(isStrange)).toEqual([]);
  });

  it('export by name', () => {
    const isDefault = (node: ts.Node): boolean =>
      ts.isExportAssignment(node) ||
      (node.kind === ts.SyntaxKind.DefaultKeyword && node.parent.kind !== ts.SyntaxKind.DefaultClause);
    expect(wrongNodes(all, isDefault)).toEqual([]);
  });
});

describe('names', () => {
  const empty = /(Managers?|Helpers?|Utils?|Utilit(y|ies)|Services?|Impl)$/i;

  it('say what a thing is, not that it helps', () => {
    const files = all
      .filter(({ path: file }) => empty.test(path.posix.basename(file).replace(/\..*$/, '')))
      .map(({ path: file }) => file);
    const isEmpty = (node: ts.Node): boolean =>
      (ts.isClassDeclaration(node) ||
        ts.isInterfaceDeclaration(node) ||
        ts.isTypeAliasDeclaration(node) ||
        ts.isEnumDeclaration(node)) &&
      empty.test(node.name?.text ?? '');
    expect([...files, ...wrongNodes(all, isEmpty)]).toEqual([]);
  });

  it('of interfaces are those of the things', () => {
    expect(wrongNodes(all, (node) => ts.isInterfaceDeclaration(node) && /^I[A-Z][a-z]/.test(node.name.text))).toEqual([]);
  });
});

describe('modules', () => {
  it('keep no state: what can change belongs to something that app.ts makes', () => {
    const isEmptyCollection = (value: ts.Expression | undefined): boolean =>
      value !== undefined &&
      ((ts.isNewExpression(value) &&
        /^(Map|Set|WeakMap|WeakSet|Array)$/.test(value.expression.getText()) &&
        !value.arguments?.length) ||
        (ts.isArrayLiteralExpression(value) && value.elements.length === 0) ||
        (ts.isObjectLiteralExpression(value) && value.properties.length === 0));
    const isState = (node: ts.Node): boolean => {
      if (!ts.isVariableStatement(node) || !ts.isSourceFile(node.parent)) return false;
      const isConstant = (node.declarationList.flags & ts.NodeFlags.Const) !== 0;
      return !isConstant || node.declarationList.declarations.some(({ initializer }) => isEmptyCollection(initializer));
    };
    expect(wrongNodes(sources, isState)).toEqual([]);
  });

  it('leave construction to app.ts: what it makes, nobody else makes', () => {
    const declared = new Set(
      sources.flatMap((source) =>
        [...nodesOf(source.tree)].flatMap((node) => (ts.isClassDeclaration(node) && node.name ? node.name.text : [])),
      ),
    );
    const madeIn = (source: Source): ts.NewExpression[] =>
      [...nodesOf(source.tree)].filter(
        (node): node is ts.NewExpression => ts.isNewExpression(node) && declared.has(node.expression.getText()),
      );
    const app = sources.find(({ path: file }) => file === 'src/app.ts');
    const parts = new Set(
      (app ? madeIn(app) : []).map((node) => node.expression.getText()).filter((name) => !name.endsWith('Error')),
    );
    const others = sources.filter((source) => source !== app);
    const wrong = others.flatMap((source) =>
      madeIn(source)
        .filter((node) => parts.has(node.expression.getText()))
        .map((node) => `${place(source, node)} ${node.getText().split('\n')[0]}`),
    );
    expect(wrong).toEqual([]);
  });

  it('take each advisory lock for one thing only', () => {
    const taken = sources.flatMap(({ tree }) =>
      [...tree.text.matchAll(/const \w*(?:LOCK|LEASE)\w* = ([\d_]+);/g)].map((found) => found[1]!),
    );
    expect(taken.length).toBeGreaterThan(5);
    expect(new Set(taken).size).toBe(taken.length);
  });
});
