import ts from 'typescript';
import { nodesOf } from '../architecture/source.ts';
import { resolved } from './repository.ts';

/**
 * What a default is made of, its numbers and names: of `` `equal` `` the word, of 10 s its milliseconds. The two sides say the
 * same if they are made of the same.
 */
type Atom = number | string;

const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, min: 60_000, KiB: 1_024, MiB: 1_048_576 };
const systems: Readonly<Record<string, string>> = { systemClock: 'the system’s', systemRandom: 'the system’s' };

/** The atoms of a text, in order: code without its quotes, numbers with their units. */
function atomsIn(text: string): Atom[] {
  const found = text.matchAll(
    /`([^`]+)`|(?<![\w.])(\d[\d_]*(?:\.\d+)?)(?: (ms|s|min|KiB|MiB)\b)?|\b(?:true|false)\b|the system['’]s/g,
  );
  return [...found].flatMap(([word, code, number, unit = '']) => {
    if (number !== undefined) return [Number(number.replaceAll('_', '')) * (units[unit] ?? 1)];
    if (code !== undefined) return atomsOfCode(code);
    return [word.replace("'", '’')];
  });
}

function atomsOfCode(code: string): Atom[] {
  const words = code.match(/'[^']*'|[\w$-]+(?:\.\d+)?/g) ?? [];
  return words
    .filter((word) => word !== 'max')
    .map((word) => (/^\d/.test(word) ? Number(word.replaceAll('_', '')) : word.replaceAll("'", '')))
    .map((word) => systems[word] ?? word);
}

/** The atoms of what stands in a signature; undefined for what only words can say, as a function. */
function atomsOf(expression: ts.Expression, checker: ts.TypeChecker): Atom[] | undefined {
  const numbers = boundsOf(expression, checker);
  if (numbers !== undefined) return numbers;
  if (isFunction(expression, checker)) return undefined;
  return [...nodesOf(expression)].flatMap((node): Atom[] => {
    if (ts.isNumericLiteral(node)) return [Number(node.text)];
    if (ts.isStringLiteral(node)) return [node.text];
    if (node.kind === ts.SyntaxKind.TrueKeyword || node.kind === ts.SyntaxKind.FalseKeyword) return [node.getText()];
    return ts.isIdentifier(node) ? [systems[node.text] ?? node.text] : [];
  });
}

/** The first and last of an array of seconds, in milliseconds; nothing of an empty one. Undefined for anything else. */
function boundsOf(expression: ts.Expression, checker: ts.TypeChecker): Atom[] | undefined {
  const array = ts.isIdentifier(expression) ? initializerOf(expression, checker) : expression;
  if (array === undefined || !ts.isArrayLiteralExpression(array)) return undefined;
  const numbers = array.elements.filter((each) => ts.isNumericLiteral(each)).map(({ text }) => Number(text) * 1_000);
  return [...numbers.slice(0, 1), ...numbers.slice(-1)];
}

function isFunction(expression: ts.Expression, checker: ts.TypeChecker): boolean {
  if (ts.isArrowFunction(expression)) return true;
  if (!ts.isIdentifier(expression) || systems[expression.text] !== undefined) return false;
  return checker.getTypeAtLocation(expression).getCallSignatures().length > 0;
}

function initializerOf(name: ts.Identifier, checker: ts.TypeChecker): ts.Expression | undefined {
  const symbol = checker.getSymbolAtLocation(name);
  const declaration = symbol && resolved(symbol, checker).valueDeclaration;
  return declaration !== undefined && ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
}

/** Does a text say this default? It names it first, may go on to explain it, and where it is a formula says all of it. */
export function says(text: string, expression: ts.Expression | undefined, checker: ts.TypeChecker): boolean {
  const atoms = expression && atomsOf(expression, checker);
  const said = atomsIn(text);
  if (atoms === undefined) return text !== '' && typeof said[0] !== 'number' && !/^`('|true|false)/.test(text);
  if (atoms.length === 0) return text.startsWith('none');
  return atoms.includes(said[0] ?? '') && atoms.every((atom) => said.includes(atom));
}
