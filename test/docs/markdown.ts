import { readTree } from '../architecture/tree.ts';

const root = `${import.meta.dirname}/../..`;
const tree = readTree(root, ['test/architecture/fixtures', 'test/docs/fixtures']);

export const isThere = (path: string): boolean =>
  tree.files.some((file) => file === path || file.startsWith(`${path}/`));
export const read = (path: string): string => tree.read(path);

/** Every file of the repository, by its path. */
export const files: readonly string[] = tree.files;

/** Every page of it that somebody wrote. */
export const pages: readonly string[] = files.filter((path) => path.endsWith('.md') && !path.endsWith('.api.md'));

export interface Link {
  readonly page: string;
  readonly target: string;
}

/** What a text links to, in Markdown or HTML, but for what is code in it. */
export function linksIn(page: string, text: string): Link[] {
  const prose = withoutFences(text).replaceAll(/`[^`\n]*`/g, '');
  const targets = prose.matchAll(/\]\(\s*<?([^)\s>]+)>?[^)]*\)|^\[[^\]]+\]:\s*(\S+)|\b(?:href|src)="([^"]*)"/gm);
  return [...targets].map(([, inline, reference, html = '']) => ({ page, target: inline ?? reference ?? html }));
}

/** The anchors of a page's headings, as they are made where the repository is read. */
export function anchorsIn(text: string): string[] {
  const anchors = [...withoutFences(text).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
  return anchors.map((anchor, index) => {
    const before = anchors.slice(0, index).filter((other) => other === anchor).length;
    return before === 0 ? anchor : `${anchor}-${before}`;
  });
}

export interface Fence {
  readonly page: string;
  readonly line: number;
  /** Empty if it says none. */
  readonly language: string;
  readonly code: string;
  /** The last line before it that is not empty; of the end of a block, with its language. */
  readonly above: string;
}

/** Every block of code in a text, whatever its language. */
export function fencesIn(page: string, text: string): Fence[] {
  const fences = text.matchAll(/^([ \t]*)(`{3,})(\w*).*\n([\s\S]*?)^\1\2[ \t]*$/gm);
  let previous = '';
  return [...fences].map(({ 3: language = '', 4: code = '', index }) => {
    const before = text.slice(0, index).split('\n');
    const above =
      before
        .filter((line) => line.trim() !== '')
        .at(-1)
        ?.trim() ?? '';
    const fence = { page, line: before.length, language, code, above: above === '```' ? `end of ${previous}` : above };
    previous = language;
    return fence;
  });
}

export interface Block extends Fence {
  /** What the comment above it names; undefined if there is none. */
  readonly file: string | undefined;
  readonly region: string | undefined;
}

/** The blocks of TypeScript in a text, each with what the comment above it names: `<!-- examples/file.ts#region -->`. */
export const blocksIn = (page: string, text: string): Block[] =>
  fencesIn(page, text)
    .filter(({ language }) => language === 'ts')
    .map((fence) => {
      const [, file, region] = /^<!-- (\S+)#(\S+) -->$/.exec(fence.above) ?? [];
      return { ...fence, file, region };
    });

/** The blocks of output in a text: those below a comment `<!-- output of examples/file.ts -->`. */
export const outputsIn = (page: string, text: string): (Fence & { readonly file: string })[] =>
  fencesIn(page, text).flatMap((fence) => {
    const [, file] = /^<!-- output of (\S+) -->$/.exec(fence.above) ?? [];
    return file === undefined ? [] : [{ ...fence, file }];
  });

/** The text between `// #region name` and `// #endregion`. */
export const regionOf = (source: string, name: string): string | undefined =>
  source.split(`// #region ${name}\n`)[1]?.split('// #endregion')[0];

const withoutFences = (text: string) => text.replaceAll(/^[ \t]*```[\s\S]*?^[ \t]*```/gm, '');
