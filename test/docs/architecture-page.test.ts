import { describe, expect, it } from 'vitest';
import { kindOf } from '../architecture/map.ts';
import { files, read } from './markdown.ts';

const page = read('docs/architecture.md');
const there = files.flatMap((path) => /^packages\/([^/]+)\/package\.json$/.exec(path)?.[1] ?? []);

/** The packages in the picture, each with its kind, as in `policy["policy: timeout, retry"]`. */
function drawn(text: string): string[] {
  const boxes = text.matchAll(/(\w+)\["\1: ([^"]+)"\]/g);
  return [...boxes].flatMap(([, kind = '', names = '']) =>
    names.split(/,\s*(?:<br>)?/).map((name) => `${kind} ${name}`),
  );
}

describe('the architecture in one page', () => {
  it('draws every package under its kind, and no other', () => {
    const packages = there.filter((name) => name !== 'core').map((name) => `${kindOf[name]} ${name}`);
    expect(drawn(page).sort()).toEqual(packages.sort());
  });

  it('says where every package lives', () => {
    const rows = page.split('\n## Where things live\n')[1]?.split('\n## ')[0] ?? '';
    expect(there.filter((name) => !rows.includes(`\`${name}\``) && !rows.includes(`packages/${name}\``))).toEqual([]);
  });

  it('fits on a page', () => {
    expect(page.split('\n').length).toBeLessThanOrEqual(150);
  });
});

describe('the laws of this repository', () => {
  it('fit on a page too', () => {
    expect(read('AGENTS.md').split('\n').length).toBeLessThan(100);
  });
});
