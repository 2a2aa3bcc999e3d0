import type { Rule } from '../tree.ts';

const known = new Set(['packages', 'examples', 'docs', 'test']);

/** The root has four folders. */
export const rootFolders: Rule = (tree) => {
  const folders = new Set(
    tree.files.filter((path) => path.includes('/')).map((path) => path.slice(0, path.indexOf('/'))),
  );
  return [...folders].filter((name) => !known.has(name)).map((name) => `${name}: not a root folder of this repository`);
};
