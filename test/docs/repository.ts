import { join } from 'node:path';
import ts from 'typescript';
import { type Package, packagesOf } from '../architecture/packages.ts';
import { readTree, type Tree } from '../architecture/tree.ts';

/** A package, and what may be imported from it. */
export interface DocumentedPackage extends Package {
  readonly readme: string;
  /** Its sources, parsed and bound. */
  readonly files: readonly ts.SourceFile[];
  /** What may be imported, by the specifier to import it from. */
  readonly entries: readonly { readonly specifier: string; readonly exported: readonly ts.Symbol[] }[];
  /** What its entries export, each once. */
  readonly exported: readonly ts.Symbol[];
}

/** The pages of a repository and, through the compiler, what its packages export. */
export interface Repository {
  readonly tree: Tree;
  readonly packages: readonly DocumentedPackage[];
  readonly checker: ts.TypeChecker;
  /** `path:line` of a node, from the root of the repository. */
  place(node: ts.Node): string;
}

/** Finds nothing, or what is wrong and where: one line each. */
export type DocsRule = (repository: Repository) => string[];

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  customConditions: ['@inmesh/source'],
  allowImportingTsExtensions: true,
  strict: true,
  noEmit: true,
  types: [],
};

export function readRepository(root: string, except: readonly string[] = []): Repository {
  const tree = readTree(root, except);
  const packages = packagesOf(tree);
  const program = ts.createProgram(
    packages.flatMap((of) => of.sources.map((file) => join(root, file))),
    options,
  );
  const checker = program.getTypeChecker();
  const parsed = (file: string) => program.getSourceFile(join(root, file)) as ts.SourceFile; // a root of the program

  return {
    tree,
    checker,
    packages: packages.map((of) => {
      const entries = entriesOf(of).map(({ specifier, source }) => ({
        specifier,
        exported: exportsOf(parsed(source), checker),
      }));
      return {
        ...of,
        readme: tree.read(`${of.path}/README.md`),
        files: of.sources.map(parsed),
        entries,
        exported: [...new Set(entries.flatMap(({ exported }) => exported))],
      };
    }),
    place(node) {
      const file = node.getSourceFile();
      return `${file.fileName.slice(root.length + 1)}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
    },
  };
}

/** What its `exports` name, and the sources of it. */
function entriesOf({ path, manifest }: Package): { readonly specifier: string; readonly source: string }[] {
  return Object.entries(manifest.exports ?? {}).flatMap(([subpath, entry]) => {
    const source = (entry as { readonly '@inmesh/source'?: string })['@inmesh/source'];
    return source === undefined
      ? []
      : [{ specifier: `${manifest.name}${subpath.slice(1)}`, source: join(path, source) }];
  });
}

function exportsOf(file: ts.SourceFile, checker: ts.TypeChecker): ts.Symbol[] {
  const module = checker.getSymbolAtLocation(file);
  if (module === undefined) return [];
  return checker.getExportsOfModule(module).map((each) => resolved(each, checker));
}

/** What an imported or exported name stands for. */
export function resolved(symbol: ts.Symbol, checker: ts.TypeChecker): ts.Symbol {
  return (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol);
}
