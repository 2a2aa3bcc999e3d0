import { describe, expect, it } from 'vitest';
import { blocksIn, files, pages, read } from './markdown.ts';

const sections = [
  'About',
  'Usage',
  'Defaults',
  'Events',
  'Errors',
  'Place in a stack',
  'Patterns and anti-patterns',
  'Further reading',
];
const guides = pages.filter((page) => /^docs\/[^/]+\.md$/.test(page) && read(page).includes('\n## About\n'));

/** The first two cells of the rows of a text's tables: a name and its default. */
function defaultsIn(text: string): string[] {
  return [...text.matchAll(/^\| (`.*?) \| (.*?) \|/gm)].map(([, names = '', value = '']) => `${names}: ${value}`);
}

/** What the READMEs of the packages say that the guide links to in its first section. */
function readmesOf(guide: string): string {
  const links = guide.split('\n## Usage\n')[0]?.matchAll(/\]\(\.\.\/(packages\/[a-z-]+\/README\.md)\)/g) ?? [];
  return [...links].map(([, path = '']) => read(path)).join('\n');
}

describe('a guide', () => {
  it.each(guides)('%s has the sections of every guide', (page) => {
    const headings = [...read(page).matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual(sections);
  });

  it.each(guides)('%s has at most 150 lines', (page) => {
    expect(read(page).trimEnd().split('\n').length).toBeLessThanOrEqual(150);
  });

  it.each(guides)('%s shows what goes wrong and what does not, and draws where it stands', (page) => {
    expect(read(page)).toContain('❌');
    expect(read(page)).toContain('✅');
    expect(read(page)).toContain('```mermaid');
  });

  it.each(guides)('%s has the defaults of its package', (page) => {
    const defaults = defaultsIn(/\n## Defaults\n([\s\S]*?)\n## /.exec(read(page))?.[1] ?? '');
    expect(defaults).not.toEqual([]);
    expect(defaultsIn(readmesOf(read(page)))).toEqual(expect.arrayContaining(defaults));
  });
});

const packages = files.filter((path) => /^packages\/[^/]+\/README\.md$/.test(path));

describe('a package', () => {
  it.each(packages)('%s has a guide that is about it', (readme) => {
    const about = guides.filter((page) => read(page).split('\n## Usage\n')[0]?.includes(`](../${readme})`));
    expect(about).toHaveLength(1);
  });

  it.each(guides)('is explained by %s, which the front page lists', (page) => {
    expect(read('docs/README.md')).toContain(`](${page.replace('docs/', '')})`);
  });
});

describe('the five minutes', () => {
  it('paste into the program that the tests run, in order and with nothing left out', () => {
    const program = read('examples/guides/start.ts').split('\n// Output:\n')[0] ?? '';
    const pasted = blocksIn('docs/start.md', read('docs/start.md')).map(({ code }) => code);
    const lines = program.split('\n').filter((line) => !/^\/\/ (#|Five minutes)/.test(line));
    expect(pasted.join('').replaceAll(/\n+/g, '\n')).toBe(`${lines.join('\n').trim()}\n`.replaceAll(/\n+/g, '\n'));
  });
});
