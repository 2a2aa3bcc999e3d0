import type { Rule } from '../tree.ts';

const limit = 350;

/** A file of code has at most 350 lines. */
export const fileLength: Rule = (tree) =>
  tree.files
    .filter((path) => /\.[cm]?[jt]sx?$/.test(path))
    .map((path) => ({ path, lines: tree.read(path).trimEnd().split('\n').length }))
    .filter(({ lines }) => lines > limit)
    .map(({ path, lines }) => `${path}: ${lines} lines`);
