import { isBuiltin } from 'node:module';
import { importsOf } from '../imports.ts';
import { kindOf, mayDependOnOthers, mayImport } from '../map.ts';
import { nameOf, ours, type Package, packageNameIn, packagesOf } from '../packages.ts';
import type { Rule, Tree } from '../tree.ts';

/** Packages depend on and import only what the map allows, and import only what they depend on. */
export const mapEdges: Rule = (tree) =>
  packagesOf(tree).flatMap((from) => [...manifestEdges(from), ...imported(tree, from)]);

function manifestEdges(from: Package): string[] {
  if (from.kind === undefined) return [`${from.path}: has no place in the map`];
  return Object.keys(declared(from)).flatMap((name) => forbidden(from, name, `${from.path}/package.json`));
}

function imported(tree: Tree, from: Package): string[] {
  const known = declared(from);
  return from.sources
    .flatMap((path) => importsOf(tree, path))
    .flatMap(({ specifier, at }) => {
      const name = packageNameIn(specifier);
      if (specifier.startsWith('.') || isBuiltin(specifier) || name === nameOf(from.folder)) return [];
      const edge = forbidden(from, name, at);
      return edge.length > 0 || name in known ? edge : [`${at}: ${name} is not in the dependencies of ${from.folder}`];
    });
}

/** What is installed with the package. What only tests need belongs to the root. */
const declared = ({ manifest }: Package) => ({
  ...manifest.dependencies,
  ...manifest.peerDependencies,
  ...manifest.optionalDependencies,
});

function forbidden(from: Package, name: string, at: string): string[] {
  if (from.kind === undefined) return [];
  const target = ours(name);
  if (target === undefined) {
    return mayDependOnOthers.includes(from.kind)
      ? []
      : [`${at}: ${from.kind} ${from.folder} must not depend on ${name}`];
  }
  const kind = kindOf[target.folder];
  if (kind !== undefined && mayImport[from.kind].includes(kind)) return [];
  return [`${at}: ${from.kind} ${from.folder} must not import ${kind ?? 'unknown'} ${target.folder}`];
}
