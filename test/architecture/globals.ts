import ts from 'typescript';
import { nodesOf } from './source.ts';

export interface GlobalUse {
  /** With dots, as in `Date.now`; without a leading `globalThis`. */
  readonly name: string;
  readonly node: ts.Node;
}

const globalObjects = new Set(['globalThis', 'self', 'window', 'global']);

/** The globals whose values a file uses: what it names and does not declare, through `globalThis` and destructuring too. */
export function globalsIn(file: ts.SourceFile): GlobalUse[] {
  const isGlobal = undeclaredIn(file);

  function pathOf(node: ts.Node): string[] | undefined {
    if (ts.isIdentifier(node)) return isGlobal(node) ? [node.text] : undefined;
    if (isTransparent(node)) return pathOf(node.expression);
    const member = memberOf(node);
    const object = member && pathOf(member.object);
    return object && [...object, member.name];
  }

  return [...nodesOf(file, (node) => !ts.isTypeNode(node))].flatMap((node) => {
    if (!ts.isExpression(node) || isPartOfLonger(node) || !isReference(node)) return [];
    const path = pathOf(node);
    if (path === undefined) return [];
    const names = takenApart(node).map((keys) => withoutGlobalObject([...path, ...keys]).join('.'));
    return names.map((name) => ({ name, node }));
  });
}

function withoutGlobalObject(path: string[]): string[] {
  return path.length > 1 && globalObjects.has(path[0] ?? '') ? withoutGlobalObject(path.slice(1)) : path;
}

/** Asks the compiler, which knows scopes: an identifier without a symbol is declared nowhere in the file. */
function undeclaredIn(file: ts.SourceFile): (node: ts.Identifier) => boolean {
  const host = ts.createCompilerHost({});
  const only: ts.CompilerHost = { ...host, getSourceFile: (name) => (name === file.fileName ? file : undefined) };
  const checker = ts.createProgram([file.fileName], { noLib: true, noResolve: true, types: [] }, only).getTypeChecker();
  return (node) => {
    const symbol = ts.isShorthandPropertyAssignment(node.parent)
      ? checker.getShorthandAssignmentValueSymbol(node.parent)
      : checker.getSymbolAtLocation(node);
    return (symbol?.declarations ?? []).length === 0;
  };
}

function memberOf(node: ts.Node): { object: ts.Expression; name: string } | undefined {
  if (ts.isPropertyAccessExpression(node)) return { object: node.expression, name: node.name.text };
  if (!ts.isElementAccessExpression(node) || !ts.isStringLiteralLike(node.argumentExpression)) return undefined;
  return { object: node.expression, name: node.argumentExpression.text };
}

type Transparent = ts.ParenthesizedExpression | ts.NonNullExpression | ts.AsExpression | ts.SatisfiesExpression;

const isTransparent = (node: ts.Node): node is Transparent =>
  ts.isParenthesizedExpression(node) ||
  ts.isNonNullExpression(node) ||
  ts.isAsExpression(node) ||
  ts.isSatisfiesExpression(node);

const isPartOfLonger = (node: ts.Node) => isTransparent(node.parent) || memberOf(node.parent)?.object === node;

/** An identifier that stands for a value, not for the name of a member, a declaration or an import. */
function isReference(node: ts.Node): boolean {
  if (!ts.isIdentifier(node)) return true;
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isShorthandPropertyAssignment(parent)) return true;
  if (ts.isBindingElement(parent)) return parent.initializer === node;
  if (ts.isImportSpecifier(parent) || ts.isExportSpecifier(parent) || ts.isImportClause(parent)) return false;
  return !('name' in parent && parent.name === node);
}

/** The members that `const { now } = Date` takes; one empty list for a value used whole. */
function takenApart(node: ts.Node): string[][] {
  const { parent } = node;
  if (!ts.isVariableDeclaration(parent) || parent.initializer !== node) return [[]];
  return ts.isObjectBindingPattern(parent.name) ? keysIn(parent.name) : [[]];
}

function keysIn(pattern: ts.ObjectBindingPattern): string[][] {
  return pattern.elements.flatMap(({ propertyName, name }) => {
    const key = propertyName ?? name;
    if (!ts.isIdentifier(key) && !ts.isStringLiteral(key)) return [];
    const inner = ts.isObjectBindingPattern(name) ? keysIn(name) : [[]];
    return inner.map((keys) => [key.text, ...keys]);
  });
}
