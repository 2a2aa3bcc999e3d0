import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { anchorsIn, type Link, linksIn, pages, read } from './markdown.ts';

const isExternal = ({ target }: Link) => /^[a-z][a-z+.-]*:/i.test(target);

/** True if the file or folder is there and, in a page, the heading. */
function leadsSomewhere({ page, target }: Link): boolean {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? page : posix.join(posix.dirname(page), decodeURIComponent(path)).replace(/\/$/, '');
  if (!existsSync(join(import.meta.dirname, '../..', file))) return false;
  return anchor === undefined || !file.endsWith('.md') || anchorsIn(read(file)).includes(anchor);
}

describe('a page', () => {
  it.each(pages)('%s links only to what exists', (page) => {
    const links = linksIn(page, read(page)).filter((link) => !isExternal(link));
    expect(links.filter((link) => !leadsSomewhere(link))).toEqual([]);
  });

  it.each(pages)('%s links to others by https', (page) => {
    const links = linksIn(page, read(page)).filter((link) => isExternal(link));
    expect(links.filter(({ target }) => !target.startsWith('https://') || !URL.canParse(target))).toEqual([]);
  });
});

describe('linksIn', () => {
  it('finds inline links, references and HTML, and none in code', () => {
    const text = '[a](a.md) ![b](b.png "B")\n`[c](c.md)`\n```\n[d](d.md)\n```\n[e]: e.md\n<img src="f.svg">\n';
    expect(linksIn('page.md', text).map(({ target }) => target)).toEqual(['a.md', 'b.png', 'e.md', 'f.svg']);
  });
});

describe('anchorsIn', () => {
  it('drops punctuation and joins words', () => {
    expect(anchorsIn("# A call's life: retry & more\n```\n# no heading\n```\n")).toEqual(['a-calls-life-retry--more']);
  });

  it('numbers headings that there are twice', () => {
    expect(anchorsIn('# Errors\n## Errors\n## Errors\n')).toEqual(['errors', 'errors-1', 'errors-2']);
  });
});
