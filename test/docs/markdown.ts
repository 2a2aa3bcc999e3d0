import { readTree } from '../architecture/tree.ts';

const root = `${import.meta.dirname}/../..`;
const tree = readTree(root, ['test/architecture/fixtures']);

export const isThere = (path: string): boolean =>
  tree.files.some((file) => file === path || file.startsWith(`${path}/`));
export const read = (path: string): string => tree.read(path);

/** Every file of the repository, by its path. */
export const files: readonly string[] = tree.files;

/** Every page of it. */
export const pages: readonly string[] = files.filter((path) => path.endsWith('.md'));

export interface Link {
  readonly page: string;
  readonly target: string;
}

/** What a text links to, but for what is code in it. */
export function linksIn(page: string, text: string): Link[] {
  const prose = withoutFences(text).replaceAll(/`[^`\n]*`/g, '');
  const targets = prose.matchAll(/\]\(\s*<?([^)\s>]+)>?[^)]*\)|^\[[^\]]+\]:\s*(\S+)/gm);
  return [...targets].map(([, inline, reference]) => ({ page, target: inline ?? reference ?? '' }));
}

/** The anchors of a page's headings, as they are made where the repository is read. */
export function anchorsIn(text: string): string[] {
  return [...withoutFences(text).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

export interface Block {
  readonly page: string;
  readonly line: number;
  readonly code: string;
  /** What the comment above it names; undefined if there is none. */
  readonly file: string | undefined;
  readonly region: string | undefined;
}

/** The blocks of TypeScript in a text, each with the comment above it: `<!-- examples/file.ts#region -->`. */
export function blocksIn(page: string, text: string): Block[] {
  const blocks = text.matchAll(
    /(?:^<!-- (\S+?)#(\S+) -->\n+)?^[ \t]*```(?:ts|tsx|typescript)\b.*\n([\s\S]*?)^[ \t]*```/gm,
  );
  return [...blocks].map(({ 1: file, 2: region, 3: code = '', index }) => {
    return { page, line: text.slice(0, index).split('\n').length, code, file, region };
  });
}

/** The blocks of output in a text, each with the comment above it: `<!-- output of examples/file.ts -->`. */
export function outputsIn(page: string, text: string): Omit<Block, 'region'>[] {
  const blocks = text.matchAll(/^<!-- output of (\S+) -->\n+```text\n([\s\S]*?)^```/gm);
  return [...blocks].map(({ 1: file, 2: code = '', index }) => {
    return { page, line: text.slice(0, index).split('\n').length, code, file };
  });
}

/** The text between `// #region name` and `// #endregion`. */
export const regionOf = (source: string, name: string): string | undefined =>
  source.split(`// #region ${name}\n`)[1]?.split('// #endregion')[0];

const withoutFences = (text: string) => text.replaceAll(/^[ \t]*```[\s\S]*?^[ \t]*```/gm, '');
