import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { api } from '../../.ci/gates/api.ts';
import { changesets } from '../../.ci/gates/changesets.ts';
import { contents } from '../../.ci/gates/contents.ts';
import { eachTarball } from '../../.ci/gates/each-tarball.ts';
import { compare } from '../../.ci/gates/size.ts';
import { execute } from '../packaging/tarballs.ts';

// Each gate stands before something that is wrong, and says so. That they let pass what is right `npm run check` shows.
const root = join(import.meta.dirname, '../..');
const fixture = (name: string): string => join(import.meta.dirname, 'fixtures', name);
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inmesh-gates-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function tarballOf(name: string): Promise<string> {
  const file = await execute('npm', ['pack', '--silent', '--pack-destination', folder], fixture(name));
  return join(folder, file.trim());
}

describe('knip', () => {
  it('finds a file, an export and a dependency that nobody uses', async () => {
    const knip = [join(root, 'node_modules/knip/bin/knip.js'), '--config', join(root, '.ci/knip.jsonc')];
    const found = await execute('node', knip, fixture('unused')).catch((error: Error) => error.message);

    expect(found).toContain('packages/gadget/src/orphan.ts');
    expect(found).toContain('forgotten');
    expect(found).toContain('left-out');
  });
});

describe('publint', () => {
  it('finds an entry that is not in the tarball', async () => {
    const found = await eachTarball('publint', ['--strict'], [await tarballOf('publint')]);
    expect(found).toEqual([expect.stringContaining('pkg.exports is ./absent.js but the file does not exist')]);
  });
});

describe('attw', () => {
  it('finds types of a module for what is CommonJS', async () => {
    const found = await eachTarball('attw', ['--profile', 'node16'], [await tarballOf('attw')]);
    expect(found).toEqual([expect.stringContaining('Masquerading as ESM')]);
  });
});

describe('contents', () => {
  it('finds what is missing, what is too much and a licence that asks too much', async () => {
    expect(await contents(fixture('contents'), join(fixture('contents'), 'installed'))).toEqual([
      '@inmesh/broken: no description in package.json',
      '@inmesh/broken: no keywords in package.json',
      '@inmesh/broken: no homepage in package.json',
      '@inmesh/broken: no bugs in package.json',
      '@inmesh/broken: no repository in package.json',
      '@inmesh/broken: no engines in package.json',
      '@inmesh/broken: no README.md',
      '@inmesh/broken: LICENSE is not that of the repository',
      '@inmesh/broken: notes.txt should not be published',
      '@inmesh/broken: src/index.test.ts should not be published',
      'copyleft: licence "GPL-3.0-only"',
    ]);
  });
});

describe('size', () => {
  it('finds what is too heavy, what the page says wrongly, and what it does not know', () => {
    const page = [
      '| `right` | 1.0 kB | 2.0 kB |',
      '| `heavy` | 2.1 kB | 2.0 kB |',
      '| `stale` | 1.0 kB |',
      '| `gone` | 1.0 kB |',
      '| `@inmesh/core` | 4.1 kB | 9.0 kB |',
      '| `@inmesh/free` | 1.0 kB |',
    ];
    const sizes = new Map([
      ['`right`', 1.04],
      ['`heavy`', 2.06],
      ['`stale`', 1.2],
      ['`new`', 1],
      ['`@inmesh/core`', 4.1],
      ['`@inmesh/free`', 1],
    ]);

    expect(compare(page.join('\n'), sizes)).toEqual([
      'docs/size.md: has no row for `new`',
      '`heavy` has 2.1 kB, more than 2',
      'docs/size.md: says that `stale` has 1 kB, it has 1.2: npm run size',
      'docs/size.md: nobody measured `gone`',
      '`@inmesh/core` has 4.1 kB, more than 4',
      'docs/size.md: sets no limit for `@inmesh/free`',
    ]);
  });
});

describe('api', () => {
  it('finds an API that differs from the one written down, and one whose entry is gone, and says of a subpath its own', async () => {
    expect(await api(fixture('api'), join(fixture('api'), 'installed'))).toEqual([
      'packages/gadget/api/gone.api.md: there is no such entry: npm run api',
      'packages/gadget/api/index.api.md: the API is another: npm run api\n' +
        '  - export function turn(): void;\n' +
        '  + export function turn(degrees: number): void;',
    ]);
  });
});

describe('changesets', () => {
  it('finds a change that nobody is told of, and a changeset that tells nothing', async () => {
    expect(await changesets(fixture('changesets'))).toEqual([
      '@inmesh/silent has changed since its release and no changeset tells of it: npx changeset',
      '.changeset/wrong.md: there is no @inmesh/gone',
      '.changeset/wrong.md: names no package with patch, minor or major, or says nothing',
    ]);
  });
});
