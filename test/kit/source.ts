import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import ts from 'typescript';

import { filesUnder, root } from './files';

/** What one file asks of another: `target` is a path from the project's folder, or null when it is a package. */
export interface Import {
  readonly specifier: string;
  readonly target: string | null;
  /** The names taken from it; '*' for all of them. */
  readonly names: readonly string[];
  /** Gone once compiled. */
  readonly isTypeOnly: boolean;
  readonly line: number;
}

/** A TypeScript file, read and parsed. */
export interface Source {
  readonly path: string;
  readonly text: string;
  readonly lines: number;
  readonly tree: ts.SourceFile;
  readonly imports: readonly Import[];
}

/** Every TypeScript file below a folder of the project. */
export function sourcesUnder(folder: string): Source[] {
  const files = filesUnder(folder).filter((file) => file.endsWith('.ts'));
  return files.map((file) => {
    const text = readFileSync(path.join(root, file), 'utf8');
    const tree = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
    return { path: file, text, lines: text.split('\n').length - 1, tree, imports: importsOf(tree) };
  });
}

/** Where a node stands, as an editor can jump to it. */
export function place(source: Source, node: ts.Node): string {
  return `${source.path}:${lineOf(source.tree, node)}`;
}

/** Every node of a tree, in the order of the text. */
export function* nodesOf(node: ts.Node): Generator<ts.Node> {
  yield node;
  for (const child of node.getChildren()) yield* nodesOf(child);
}

function lineOf(tree: ts.SourceFile, node: ts.Node): number {
  return tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1;
}

function importsOf(tree: ts.SourceFile): Import[] {
  const found: Import[] = [];
  const add = (node: ts.Node, specifier: ts.Node, names: readonly string[], isTypeOnly: boolean): void => {
    if (!ts.isStringLiteral(specifier)) return;
    const target = specifier.text.startsWith('.') ? resolve(tree.fileName, specifier.text) : null;
    found.push({ specifier: specifier.text, target, names, isTypeOnly, line: lineOf(tree, node) });
  };
  for (const node of nodesOf(tree)) {
    if (ts.isImportDeclaration(node)) add(node, node.moduleSpecifier, namesOf(node.importClause), isOnlyTypes(node.importClause));
    else if (ts.isExportDeclaration(node) && node.moduleSpecifier) add(node, node.moduleSpecifier, ['*'], node.isTypeOnly);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node, node.argument.literal, ['*'], true);
    else if (ts.isCallExpression(node) && node.arguments[0] && isLoad(node.expression))
      add(node, node.arguments[0], ['*'], false);
  }
  return found;
}

/** `require(...)` or `import(...)`. */
function isLoad(callee: ts.Node): boolean {
  return callee.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(callee) && callee.text === 'require');
}

function namesOf(clause: ts.ImportClause | undefined): string[] {
  const bindings = clause?.namedBindings;
  const named =
    bindings && ts.isNamedImports(bindings) ? bindings.elements.map((one) => (one.propertyName ?? one.name).text) : [];
  return clause?.name || (bindings && ts.isNamespaceImport(bindings)) ? ['*', ...named] : named;
}

function isOnlyTypes(clause: ts.ImportClause | undefined): boolean {
  if (!clause) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const bindings = clause.namedBindings;
  return !clause.name && !!bindings && ts.isNamedImports(bindings) && bindings.elements.every((one) => one.isTypeOnly);
}

function resolve(from: string, specifier: string): string {
  const target = path.posix.join(path.posix.dirname(from), specifier);
  const index = `${target}/index.ts`;
  return existsSync(path.join(root, index)) ? index : `${target}.ts`;
}
