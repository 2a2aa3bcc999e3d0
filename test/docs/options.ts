import ts from 'typescript';
import { nodesOf } from '../architecture/source.ts';
import { type DocumentedPackage, type Repository, resolved } from './repository.ts';

/** An exported interface of options, as in `RetryOptions`. */
export interface OptionsType {
  readonly name: string;
  readonly of: DocumentedPackage;
  readonly options: readonly Option[];
}

export interface Option {
  readonly name: string;
  readonly required: boolean;
  readonly declaration: ts.Declaration;
  /** What stands in the signatures that take it apart, if anything. */
  readonly initial: ts.Expression | undefined;
}

/** Every exported interface whose name ends in `Options`; a brand, as in `~inmesh`, is none of its options. */
export function optionsTypes({ packages, checker }: Repository): OptionsType[] {
  const initials = new Map(packages.flatMap(({ files }) => files.flatMap((file) => initialsIn(file, checker))));
  return packages.flatMap((of) =>
    of.exported
      .filter((symbol) => symbol.name.endsWith('Options') && (symbol.flags & ts.SymbolFlags.Interface) !== 0)
      .map((symbol) => ({
        name: symbol.name,
        of,
        options: checker
          .getDeclaredTypeOfSymbol(symbol)
          .getProperties()
          .filter(({ name }) => !name.startsWith('~'))
          .map((property) => ({
            name: property.name,
            required: (property.flags & ts.SymbolFlags.Optional) === 0,
            declaration: property.declarations?.[0] as ts.Declaration, // properties of an interface are declared
            initial: initials.get(`${symbol.name}.${property.name}`),
          })),
      })),
  );
}

/** `[type.option, default]` for every default in a signature, and for every literal one where options are taken apart later. */
function initialsIn(file: ts.SourceFile, checker: ts.TypeChecker): [string, ts.Expression][] {
  const typeNameOf = (node: ts.Node) => checker.getTypeAtLocation(node).symbol?.name ?? '';
  return [...nodesOf(file)].flatMap((node): [string, ts.Expression][] => {
    if (ts.isParameter(node)) return initialsOf(node.name, typeNameOf(node));
    if (!ts.isVariableDeclaration(node) || node.initializer === undefined) return [];
    return initialsOf(node.name, typeNameOf(node.initializer)).filter(([, initial]) => !ts.isIdentifier(initial));
  });
}

function initialsOf(pattern: ts.BindingName, type: string): [string, ts.Expression][] {
  if (!ts.isObjectBindingPattern(pattern)) return [];
  return pattern.elements.flatMap(({ name, propertyName, initializer }) =>
    initializer === undefined ? [] : [[`${type}.${(propertyName ?? name).getText()}`, initializer]],
  );
}

/** The name of the options type that an exported function of this name takes. */
export function optionsTypeOf(name: string, { packages, checker }: Repository): string | undefined {
  const symbol = packages.flatMap(({ exported }) => exported).find((each) => each.name === name);
  const declaration = symbol && resolved(symbol, checker).valueDeclaration;
  if (declaration === undefined || !ts.isFunctionDeclaration(declaration)) return undefined;
  return declaration.parameters
    .map((parameter) => checker.getTypeAtLocation(parameter).symbol?.name ?? '')
    .find((type) => type.endsWith('Options'));
}
