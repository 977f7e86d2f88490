// SQL is put together from words of our own; what comes from outside stands beside it as a parameter (F10).
import ts from 'typescript';
import { nodesOf, place, sourcesUnder } from './kit/source';

const SQL = /\b(SELECT|INSERT INTO|UPDATE \w|DELETE FROM|WHERE|ORDER BY|JOIN|UNION|LIMIT|VALUES|EXISTS|AND|OR)\b/;
/** What a piece of SQL may be taken from: how a list is ordered, and how long something is. */
const PIECES = ['sql', 'length'];
const sources = sourcesUnder('src').filter(({ path: file }) => !/\.(test|oracle)\.ts$/.test(file));

/** Whether a value is looked up in something: in a filter, in arguments, in a row. */
function isLookedUp(node: ts.Expression): boolean {
  if (ts.isPropertyAccessExpression(node)) return !PIECES.includes(node.name.text);
  if (ts.isElementAccessExpression(node)) return true;
  if (ts.isConditionalExpression(node)) return isLookedUp(node.whenTrue) || isLookedUp(node.whenFalse);
  if (ts.isBinaryExpression(node)) return isLookedUp(node.left) || isLookedUp(node.right);
  if (ts.isNonNullExpression(node) || ts.isAsExpression(node) || ts.isParenthesizedExpression(node))
    return isLookedUp(node.expression);
  // String(args.x), args.x.trim(): the same in other clothes
  if (!ts.isCallExpression(node)) return false;
  const { expression } = node;
  if (ts.isIdentifier(expression)) return expression.text === 'String' && node.arguments.some(isLookedUp);
  return ts.isPropertyAccessExpression(expression) && expression.name.text !== 'add' && isLookedUp(expression.expression);
}

describe('SQL', () => {
  it('holds no value that was looked up somewhere: those are added as parameters', () => {
    const templates = sources.flatMap((source) =>
      [...nodesOf(source.tree)]
        .filter((node): node is ts.TemplateExpression => ts.isTemplateExpression(node) && SQL.test(node.getText()))
        .map((node) => ({ source, node })),
    );
    expect(templates.length).toBeGreaterThan(150);
    const wrong = templates.flatMap(({ source, node }) =>
      node.templateSpans
        .filter(({ expression }) => isLookedUp(expression))
        .map(({ expression }) => `${place(source, expression)} ${expression.getText()}`),
    );
    expect(wrong).toEqual([]);
  });

  it('is never added up from pieces', () => {
    const wrong = sources.flatMap((source) =>
      [...nodesOf(source.tree)]
        .filter(
          (node) =>
            ts.isBinaryExpression(node) &&
            [ts.SyntaxKind.PlusToken, ts.SyntaxKind.PlusEqualsToken].includes(node.operatorToken.kind) &&
            [node.left, node.right].some(
              (side) => ts.isStringLiteralLike(side) && /\b(SELECT|INSERT INTO|DELETE FROM|WHERE|ORDER BY)\b/.test(side.text),
            ),
        )
        .map((node) => place(source, node)),
    );
    expect(wrong).toEqual([]);
  });
});
