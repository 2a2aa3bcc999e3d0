import ts from 'typescript';
import { isTypeScript, nodesOf, parse, place } from '../source.ts';
import type { Rule } from '../tree.ts';

/** No enum, no `private` or `public` (use `#`), no `as any`, no `@ts-ignore`. */
export const plainLanguage: Rule = (tree) =>
  tree.files.filter(isTypeScript).flatMap((path) => {
    const file = parse(tree, path);
    const words = [...nodesOf(file)].flatMap((node) => {
      const word = avoided(node);
      return word === undefined ? [] : [`${place(node)}: ${word}`];
    });
    return [...words, ...ignored(file)];
  });

function avoided(node: ts.Node): string | undefined {
  if (ts.isEnumDeclaration(node)) return 'enum';
  if (node.kind === ts.SyntaxKind.PrivateKeyword) return 'private';
  if (node.kind === ts.SyntaxKind.PublicKeyword) return 'public';
  const isCast = ts.isAsExpression(node) || ts.isTypeAssertionExpression(node);
  return isCast && node.type.kind === ts.SyntaxKind.AnyKeyword ? 'as any' : undefined;
}

/** The parser lists these comments under a name that its types leave out. */
function ignored(file: ts.SourceFile): string[] {
  const { commentDirectives = [] } = file as { commentDirectives?: readonly { range: ts.TextRange }[] };
  return commentDirectives
    .filter(({ range }) => file.text.slice(range.pos, range.end).includes('@ts-ignore'))
    .map(({ range }) => `${file.fileName}:${file.getLineAndCharacterOfPosition(range.pos).line + 1}: @ts-ignore`);
}
