import { describe, expect, it } from 'vitest';
import { type Block, blocksIn, isThere, outputsIn, pages, read, regionOf } from './markdown.ts';
import { isPartOf, outputOf } from './output.ts';

const blocks = pages.flatMap((page) => blocksIn(page, read(page)));
const outputs = pages.flatMap((page) => outputsIn(page, read(page)));

/** What the comment above a block names; a reason if it names nothing. */
function source({ file, region }: Block): string {
  if (file === undefined || region === undefined) return 'no comment <!-- examples/file.ts#region --> above it';
  if (!file.startsWith('examples/') || !isThere(file)) return `no file ${file} in examples/`;
  return regionOf(read(file), region) ?? `no "// #region ${region}" in ${file}`;
}

describe('a block of TypeScript in a page', () => {
  it.each(blocks)('$page:$line shows a region of an example as it is', (block) => {
    expect(source(block)).toBe(block.code);
  });

  it('is in the README', () => {
    expect(blocks.map(({ page }) => page)).toContain('README.md');
  });
});

describe('a block of output in a page', () => {
  it.each(outputs)('$page:$line is printed by its example', ({ file, code }) => {
    const output = isThere(file) ? outputOf(read(file)) : undefined;
    expect(isPartOf(output ?? '', code), `${file} prints ${output}`).toBe(true);
  });
});

describe('outputsIn', () => {
  it('reads the comment above a block', () => {
    const text = '<!-- output of examples/first.ts -->\n\n```text\nhello\n```\n\n```text\nbare\n```\n';
    expect(outputsIn('page.md', text)).toMatchObject([{ line: 3, code: 'hello\n', file: 'examples/first.ts' }]);
  });
});

describe('blocksIn', () => {
  it('reads the comment above a block', () => {
    const text = 'Text.\n\n<!-- examples/first.ts#use -->\n\n```ts\nuse();\n```\n\n```ts\nbare();\n```\n';
    expect(blocksIn('page.md', text)).toMatchObject([
      { line: 5, code: 'use();\n', file: 'examples/first.ts', region: 'use' },
      { line: 9, code: 'bare();\n', file: undefined, region: undefined },
    ]);
  });

  it('passes over blocks in other languages, and over what these show', () => {
    expect(blocksIn('page.md', '```sh\nnpm test\n```\n````md\n```ts\n…\n```\n````\n')).toEqual([]);
  });
});

describe('regionOf', () => {
  it('gives the text between the marks', () => {
    const text = 'before();\n// #region use\nuse();\n// #endregion\nafter();\n';
    expect(regionOf(text, 'use')).toBe('use();\n');
    expect(regionOf(text, 'other')).toBeUndefined();
  });
});
