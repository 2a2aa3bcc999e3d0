import { posix } from 'node:path';
import { importsOf } from '../imports.ts';
import { ours, packagesOf } from '../packages.ts';
import { isTypeScript } from '../source.ts';
import type { Rule } from '../tree.ts';

/** A package is entered through its exports alone: neither by a deep import nor by a relative one. */
export const packageBorders: Rule = (tree) => {
  const exported = new Map(
    packagesOf(tree).map(({ folder, manifest }) => [folder, Object.keys(manifest.exports ?? {})]),
  );
  const code = tree.files.filter((path) => isTypeScript(path) && /^(packages\/[^/]+\/src|examples|test)\//.test(path));

  return code.flatMap((path) =>
    importsOf(tree, path).flatMap(({ specifier, at }) => {
      if (specifier.startsWith('.'))
        return crosses(path, specifier) ? [`${at}: ${specifier} crosses a package's border`] : [];
      const target = ours(specifier);
      const entries = target && exported.get(target.folder);
      if (!target || !entries || entries.includes(target.subpath)) return [];
      return [`${at}: ${specifier} is not exported`];
    }),
  );
};

function crosses(path: string, specifier: string): boolean {
  const target = posix.join(posix.dirname(path), specifier);
  return packageIn(target) !== packageIn(path);
}

const packageIn = (path: string) => /^packages\/[^/]+\//.exec(path)?.[0];
