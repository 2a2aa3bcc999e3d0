import ts from 'typescript';
import { nodesOf } from '../../architecture/source.ts';
import type { DocsRule, Repository } from '../repository.ts';

/** Whatever a package exports has a doc comment, its members too, and what a doc comment links to is there. */
export const docComments: DocsRule = (repository) =>
  repository.packages.flatMap(({ exported, files }) => [
    ...exported.flatMap((symbol) => undocumented(symbol, symbol.name, repository)),
    ...files.flatMap((file) => deadLinks(file, exported, repository)),
  ]);

function undocumented(symbol: ts.Symbol, name: string, repository: Repository): string[] {
  const [declaration] = symbol.declarations ?? [];
  if (declaration === undefined) return [];
  const own = symbol.getDocumentationComment(repository.checker).length > 0 ? [] : [declaration];
  const members = membersOf(symbol).filter((member) => !explained(member, repository.checker));
  return [
    ...own.map((node) => `${repository.place(node)}: ${name} has no doc comment`),
    ...members.map((member) => `${repository.place(member)}: ${name}.${member.name.getText()} has no doc comment`),
  ];
}

type Member = (ts.ClassElement | ts.TypeElement) & { readonly name: ts.PropertyName };

/** What can be used of an exported class or interface: not its constructor, and not what overrides and so is explained. */
function membersOf(symbol: ts.Symbol): Member[] {
  return (symbol.declarations ?? []).flatMap((declaration) => {
    const holder = ts.isTypeAliasDeclaration(declaration) ? declaration.type : declaration;
    if (!ts.isClassLike(holder) && !ts.isInterfaceDeclaration(holder) && !ts.isTypeLiteralNode(holder)) return [];
    return [...holder.members].filter(
      (member): member is Member =>
        member.name !== undefined && !ts.isPrivateIdentifier(member.name) && !overrides(member) && !isCode(member),
    );
  });
}

function overrides(member: ts.ClassElement | ts.TypeElement): boolean {
  return hasModifier(member, ts.SyntaxKind.OverrideKeyword);
}

/** `static readonly code`, which says what the one on the instances says. */
function isCode(member: ts.ClassElement | ts.TypeElement): boolean {
  return member.name?.getText() === 'code' && hasModifier(member, ts.SyntaxKind.StaticKeyword);
}

function hasModifier(node: ts.Node, kind: ts.SyntaxKind): boolean {
  return ts.canHaveModifiers(node) && ts.getModifiers(node)?.some((modifier) => modifier.kind === kind) === true;
}

/** By a comment of its own or, for what implements or extends, of what it stands in for. */
function explained(member: Member, checker: ts.TypeChecker): boolean {
  const symbol = checker.getSymbolAtLocation(member.name);
  return symbol === undefined || symbol.getDocumentationComment(checker).length > 0 || implemented(member, checker);
}

function implemented(member: Member, checker: ts.TypeChecker): boolean {
  if (!ts.isClassLike(member.parent)) return false;
  return (member.parent.heritageClauses ?? [])
    .flatMap((clause) => [...clause.types])
    .some((type) => {
      const symbol = checker.getTypeAtLocation(type).getProperty(member.name.getText());
      return symbol !== undefined && symbol.getDocumentationComment(checker).length > 0;
    });
}

/** Links to what the file neither has nor imports, nor its package exports. */
function deadLinks(file: ts.SourceFile, exported: readonly ts.Symbol[], repository: Repository): string[] {
  const { checker } = repository;
  const isKnown = (name: ts.Node) =>
    checker.getSymbolAtLocation(name) !== undefined || exported.some((symbol) => symbol.name === name.getText());
  return [...nodesOf(file)].flatMap((node) =>
    ts
      .getJSDocCommentsAndTags(node)
      .filter((comment) => comment.parent === node)
      .flatMap(({ comment }) => (typeof comment === 'object' ? [...comment] : []))
      .filter((part) => ts.isJSDocLink(part))
      .filter(({ name }) => name === undefined || !isKnown(name))
      .map((link) => `${repository.place(node)}: ${link.getText()} leads nowhere`),
  );
}
