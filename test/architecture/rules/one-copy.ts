import { posix } from 'node:path';
import { importsOf } from '../imports.ts';
import { type Package, packagesOf } from '../packages.ts';
import type { Rule, Tree } from '../tree.ts';

/**
 * No module is part of two entries of a package: each entry is bundled by itself, so that such a module, its classes and
 * its state would be there twice. A subpath imports what it needs of the main entry by the package's name.
 */
export const oneCopy: Rule = (tree) =>
  packagesOf(tree).flatMap((of) => {
    const owners = new Map<string, string>();
    return entriesOf(of).flatMap((entry) =>
      [...reachable(tree, entry)].flatMap((module) => {
        const owner = owners.get(module) ?? entry;
        owners.set(module, owner);
        return owner === entry ? [] : [`${module}: bundled into both ${owner} and ${entry}`];
      }),
    );
  });

function entriesOf({ path, manifest }: Package): string[] {
  return Object.values(manifest.exports ?? {}).flatMap((entry) => {
    const source = typeof entry === 'object' && entry !== null && '@inmesh/source' in entry && entry['@inmesh/source'];
    return typeof source === 'string' ? [posix.join(path, source)] : [];
  });
}

function reachable(tree: Tree, from: string, seen: Set<string> = new Set()): Set<string> {
  if (seen.has(from) || !tree.files.includes(from)) return seen;
  seen.add(from);
  for (const { specifier, typeOnly } of importsOf(tree, from)) {
    if (specifier.startsWith('.') && !typeOnly) reachable(tree, posix.join(posix.dirname(from), specifier), seen);
  }
  return seen;
}
