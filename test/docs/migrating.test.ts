import * as cockatiel3 from 'cockatiel';
import * as cockatiel4 from 'cockatiel-4';
import { describe, expect, it } from 'vitest';
import { files, read } from './markdown.ts';
import { outputOf } from './output.ts';
import { namesOfCockatiel, namesOfOpossum, type Names } from './peer-names.ts';
import { codeIn } from './tables.ts';

const libraries = [
  { version: 'opossum 9', page: 'docs/migrating/from-opossum.md', names: namesOfOpossum('opossum-9') },
  { version: 'opossum 10', page: 'docs/migrating/from-opossum.md', names: namesOfOpossum('opossum-10') },
  {
    version: 'cockatiel 3',
    page: 'docs/migrating/from-cockatiel.md',
    names: namesOfCockatiel('cockatiel-3', cockatiel3),
    without: ['halfOpenSampling', 'calls'], // new in 4
  },
  {
    version: 'cockatiel 4',
    page: 'docs/migrating/from-cockatiel.md',
    names: namesOfCockatiel('cockatiel-4', cockatiel4),
  },
];

interface Rows {
  /** What the comment above the table names: one kind or several. */
  readonly kinds: readonly string[];
  /** What stands as code in the first cells. */
  readonly names: readonly string[];
}

/** The tables of a text under a comment `<!-- rows for options -->`. */
function rowsIn(text: string): Rows[] {
  const tables = text.matchAll(/^<!-- rows for ([\w, ]+) -->\n+((?:\|.*\n)+)/gm);
  return [...tables].map(([, kinds = '', table = '']) => ({
    kinds: kinds.split(', '),
    names: [...table.matchAll(/^\|(.*?)\|/gm)].flatMap(([, cell = '']) => codeIn(cell)),
  }));
}

/** What a library offers and the text has no row for. */
function missingIn(text: string, offered: Names): string[] {
  const tables = rowsIn(text);
  return [...offered].flatMap(([kind, names]) => {
    const rows = tables.flatMap((table) => (table.kinds.includes(kind) ? table.names : []));
    return names.filter((name) => !rows.includes(name)).map((name) => `${kind}: ${name}`);
  });
}

/** What the text has a row for and the library does not offer. */
function strangersIn(text: string, offered: Names): string[] {
  return rowsIn(text).flatMap(({ kinds, names }) => {
    const known = kinds.flatMap((kind) => offered.get(kind) ?? []);
    return names.filter((name) => !known.includes(name));
  });
}

describe('a guide for those who come from elsewhere', () => {
  it.each(libraries)('has a row for all that $version offers', ({ page, names }) => {
    expect([...names.values()].flat().length).toBeGreaterThan(60);
    expect(missingIn(read(page), names)).toEqual([]);
  });

  it.each(libraries)('has no row for what $version does not have', ({ page, names, without = [] }) => {
    expect(strangersIn(read(page), names)).toEqual(without);
  });

  it.each(['from-opossum', 'from-cockatiel'])('%s is listed with the others', (guide) => {
    expect(read('docs/migrating/README.md')).toContain(`](${guide}.md)`);
    expect(read('docs/README.md')).toContain(`](migrating/${guide}.md)`);
  });
});

const befores = files.filter((path) => path.startsWith('examples/migrating/') && path.endsWith('-before.ts'));
const importsOf = (path: string) => [...read(path).matchAll(/from '([^.][^']*)'/g)].map(([, name = '']) => name);

describe('a program that is shown before and after', () => {
  it.each(befores)('%s prints the same on both sides', (before) => {
    const after = before.replace('-before.ts', '-after.ts');
    expect(outputOf(read(before))).toBeDefined();
    expect(outputOf(read(after))).toBe(outputOf(read(before)));
  });

  it.each(befores)('%s is of the other library before, and of ours alone after', (before) => {
    const [, library = ''] = /^examples\/migrating\/(\w+)\//.exec(before) ?? [];
    const after = importsOf(before.replace('-before.ts', '-after.ts'));
    expect(importsOf(before).filter((name) => name.startsWith(library))).not.toEqual([]);
    expect(importsOf(before).filter((name) => name.startsWith('@inmesh/'))).toEqual([]);
    expect(after.filter((name) => !name.startsWith('node:') && !name.startsWith('@inmesh/'))).toEqual([]);
  });
});

const offered = new Map([['options', ['timeout', 'capacity']]]);
const row = (kind: string, cell: string) => `<!-- rows for ${kind} -->\n| a | b |\n|---|---|\n| ${cell} | \`x\` |\n`;

describe('missingIn', () => {
  it('finds what has no row, or one among things of another kind only', () => {
    expect(missingIn(row('options', '`timeout`, `capacity`'), offered)).toEqual([]);
    expect(missingIn(row('options', '`timeout`') + row('events', '`capacity`'), offered)).toEqual([
      'options: capacity',
    ]);
    expect(missingIn('timeout and capacity', offered)).toEqual(['options: timeout', 'options: capacity']);
  });
});

describe('strangersIn', () => {
  it('finds rows for what is not there', () => {
    expect(strangersIn(row('options, events', '`timeout`, `limit`'), offered)).toEqual(['limit']);
  });
});
