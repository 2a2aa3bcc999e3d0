import ts from 'typescript';
import type { Tree } from './tree.ts';

export const isTypeScript = (path: string): boolean => /\.[cm]?tsx?$/.test(path);
export const isTest = (path: string): boolean => /\.test\.[cm]?tsx?$/.test(path);

const parsed = new WeakMap<Tree, Map<string, ts.SourceFile>>();

/** The syntax tree of a file, parsed once. */
export function parse(tree: Tree, path: string): ts.SourceFile {
  const files = parsed.get(tree) ?? new Map<string, ts.SourceFile>();
  parsed.set(tree, files);
  const file = files.get(path) ?? ts.createSourceFile(path, tree.read(path), ts.ScriptTarget.ES2022, true);
  files.set(path, file);
  return file;
}

/** All nodes under `root` of which every parent was entered. */
export function* nodesOf(root: ts.Node, enter: (node: ts.Node) => boolean = () => true): Generator<ts.Node> {
  if (!enter(root)) return;
  yield root;
  const children: ts.Node[] = [];
  ts.forEachChild(root, (child) => void children.push(child));
  for (const child of children) yield* nodesOf(child, enter);
}

/** `path:line`, as editors link it. */
export function place(node: ts.Node): string {
  const file = node.getSourceFile();
  return `${file.fileName}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
}
