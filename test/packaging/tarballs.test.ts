import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { execute, install, pack } from './tarballs.ts';

const root = join(import.meta.dirname, '../..');
let folder = '';
let consumer = '';
let entries: readonly string[] = [];

// About half a minute of two processors: it runs with `npm run test:interop`.
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inmesh-tarballs-'));
  consumer = join(folder, 'consumer');
  await install(await pack(join(folder, 'release')), consumer);
  await cp(join(import.meta.dirname, 'consumers'), consumer, { recursive: true });
  entries = await entriesIn(join(consumer, 'node_modules/@inmesh'));
}, 300_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

/** What can be imported from the packages that were installed. */
async function entriesIn(scope: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of await readdir(scope)) {
    const { exports } = JSON.parse(await readFile(join(scope, name, 'package.json'), 'utf8')) as { exports: object };
    found.push(...Object.keys(exports).map((path) => `@inmesh/${name}${path.slice(1)}`));
  }
  return found.filter((entry) => !entry.endsWith('/package.json'));
}

type Members = readonly (readonly [name: string, own: string])[];

const namesIn = async (program: string): Promise<Readonly<Record<string, Members>>> =>
  JSON.parse(await execute('node', [program, ...entries], consumer)) as Record<string, Members>;

describe('the packages as npm installs them', () => {
  it('export the same to ES modules and to CommonJS', async () => {
    const sorted = (names: Readonly<Record<string, Members>>) =>
      Object.entries(names).map(([entry, members]) => [entry, members.map(([name]) => name).sort()]);

    expect(sorted(await namesIn('names.mjs'))).toEqual(sorted(await namesIn('names.cjs')));
    expect(entries.length).toBeGreaterThanOrEqual(14);
  });

  it.each(['names.mjs', 'names.cjs'])('call functions and classes by their own names in %s', async (program) => {
    const members = Object.values(await namesIn(program)).flat();
    const renamed = members.filter(([name, own]) => own !== name && own !== 'object');

    expect(renamed).toEqual([]);
    expect(members).toContainEqual(['CircuitOpenError', 'CircuitOpenError']);
  });

  it('work with each other, whichever copy each comes from', async () => {
    const seen = JSON.parse(await execute('node', ['two-copies.mjs'], consumer)) as unknown[];
    const met = {
      instances: [false, true],
      isError: [true, true, false, true, true, true],
      circuit: ['down', true, 'open', 'open'],
      channel: true,
      tenant: 'acme',
      perTenant: 1,
      body: 'to catalog.test',
      chosen: [true],
      counted: true,
    };

    expect(seen).toEqual([met, met]);
  });

  it.each([
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ])(
    'have types for module %s with the resolution %s, in all examples, with nothing skipped',
    async (module, moduleResolution) => {
      const project = join(consumer, moduleResolution);
      await mkdir(project);
      await writeFile(join(project, 'package.json'), '{ "type": "module" }');
      await writeFile(join(project, 'tsconfig.json'), settings(module, moduleResolution));
      await cp(join(consumer, 'strict.ts'), join(project, 'strict.ts'));
      await cp(join(root, 'examples'), join(project, 'examples'), { recursive: true, filter: isOurs });

      const tsc = join(root, 'node_modules/typescript/bin/tsc');
      expect(await execute('node', [tsc, '-p', project], project)).toBe('');
    },
    120_000,
  );
});

/** A folder, or an example of our packages alone. */
async function isOurs(path: string): Promise<boolean> {
  if ((await stat(path)).isDirectory()) return !path.endsWith('examples/demo');
  const imported = (await readFile(path, 'utf8')).matchAll(/ from '([^']+)';$/gm);
  return [...imported].every(([, name = '']) => /^(@inmesh\/|node:|\.)/.test(name));
}

function settings(module: string, moduleResolution: string): string {
  const compilerOptions = {
    module,
    moduleResolution,
    target: 'ES2022',
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    noEmit: true,
    allowImportingTsExtensions: true,
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
  };
  return JSON.stringify({ compilerOptions, include: ['strict.ts', 'examples'] });
}
