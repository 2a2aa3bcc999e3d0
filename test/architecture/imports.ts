import ts from 'typescript';
import { nodesOf, parse, place } from './source.ts';
import type { Tree } from './tree.ts';

export interface Import {
  readonly specifier: string;
  readonly typeOnly: boolean;
  readonly at: string;
}

/** Everything a file imports: by import, export from, `import()`, `require()` and in types. */
export function importsOf(tree: Tree, path: string): Import[] {
  return [...nodesOf(parse(tree, path))].flatMap((node) => {
    const specifier = specifierIn(node);
    if (specifier === undefined || !ts.isStringLiteralLike(specifier)) return [];
    return [{ specifier: specifier.text, typeOnly: isTypeOnly(node), at: place(node) }];
  });
}

function specifierIn(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isExternalModuleReference(node)) return node.expression;
  if (ts.isImportTypeNode(node)) return ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined;
  if (ts.isCallExpression(node) && isImportFunction(node.expression)) return node.arguments[0];
  return undefined;
}

function isImportFunction(callee: ts.Expression): boolean {
  return callee.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(callee) && callee.text === 'require');
}

function isTypeOnly(node: ts.Node): boolean {
  if (ts.isImportTypeNode(node)) return true;
  if (ts.isImportDeclaration(node)) return node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
  return ts.isExportDeclaration(node) && node.isTypeOnly;
}
