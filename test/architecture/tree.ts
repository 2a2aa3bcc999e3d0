import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** The files of a repository, by their paths from its root, with slashes. */
export interface Tree {
  readonly files: readonly string[];
  read(path: string): string;
}

/** Finds nothing, or what is wrong and where: one line each. */
export type Rule = (tree: Tree) => string[];

const notOurs = new Set(['node_modules', 'dist', 'coverage']);

/** Reads the tree under `root`, without what is installed or built, dot folders, and the folders in `except`. */
export function readTree(root: string, except: readonly string[] = []): Tree {
  const pathOf = (absolute: string) => relative(root, absolute).split(sep).join('/');

  function filesIn(folder: string): string[] {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const absolute = join(folder, entry.name);
      if (!entry.isDirectory()) return [pathOf(absolute)];
      const left = notOurs.has(entry.name) || entry.name.startsWith('.') || except.includes(pathOf(absolute));
      return left ? [] : filesIn(absolute);
    });
  }

  return { files: filesIn(root).sort(), read: (path) => readFileSync(join(root, path), 'utf8') };
}
