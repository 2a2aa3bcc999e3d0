import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { read } from './markdown.ts';
import { inWordsOf, isPartOf, outputOf } from './output.ts';
import { programs } from './programs.ts';

const root = `${import.meta.dirname}/../..`;

describe('an example', () => {
  it.concurrent.each(programs)('%s prints what it says', { timeout: 30_000 }, async (path) => {
    const expected = outputOf(read(path));
    expect(expected, `${path} ends with a comment "// Output:"`).toBeDefined();

    const node = ['--conditions=@inmesh/source', '--import', 'tsx', path];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, node, { cwd: root, timeout: 25_000 });
    expect(stderr).toBe('');
    expect(inWordsOf(expected ?? '', `${stdout.trimEnd()}\n`)).toBe(expected);
  });
});

describe('outputOf', () => {
  it('reads the comment that ends a file', () => {
    expect(outputOf("say('a');\n\n// Output:\n// a\n//\n//   b\n")).toBe('a\n\n  b\n');
  });

  it.each([
    ["say('a');\n", 'nothing is said'],
    ['// Output:\n// a\nsay();\n', 'code follows'],
  ])('gives nothing of %j, where %s', (source) => {
    expect(outputOf(source)).toBeUndefined();
  });
});

describe('inWordsOf', () => {
  it('lets … stand for anything within a line, and for nothing else', () => {
    expect(inWordsOf('in … ms\nb.\n', 'in 17 ms\nbc\nd\n')).toBe('in … ms\nbc\nd\n');
  });
});

describe('isPartOf', () => {
  it('finds lines that follow each other', () => {
    const output = 'one\ntwo in … ms\nthree\n';
    expect(isPartOf(output, 'two in 5 ms\nthree\n')).toBe(true);
    expect(isPartOf(output, 'one\nthree\n')).toBe(false);
    expect(isPartOf(output, 'three\nfour\n')).toBe(false);
  });

  it('lets … alone on a line stand for others', () => {
    expect(isPartOf('one\ntwo\nthree\n', 'one\n…\nthree\n')).toBe(true);
    expect(isPartOf('one\ntwo\nthree\n', 'three\n…\none\n')).toBe(false);
  });
});
