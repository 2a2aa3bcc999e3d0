import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { read } from '../docs/markdown.ts';
import { inWordsOf, outputOf } from '../docs/output.ts';
import { packDependent } from './later.ts';
import { compiled, programs, writePrograms } from './programs.ts';
import { add, execute, install, pack } from './tarballs.ts';

const root = join(import.meta.dirname, '../..');
const consumers = join(import.meta.dirname, 'consumers');
const compilers = ['5.4.5', '5.5.4', '5.6.3', '5.7.3', '5.8.3', '5.9.3', '6.0.3'];
let folder = '';
let consumer = '';
let entries: readonly string[] = [];

// About a minute of two processors: it runs with `npm run test:interop`.
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inmesh-tarballs-'));
  consumer = join(folder, 'consumer');
  const tarballs = await pack(join(folder, 'release'));
  const copies = ['modules.mjs', 'scripts.cjs'].map((file) => join(consumers, file));
  await install([...tarballs, await packDependent(tarballs, copies, join(folder, 'later'))], consumer);
  await cp(consumers, consumer, { recursive: true });
  entries = await entriesIn(join(consumer, 'node_modules/@inmesh'));
  await add([...compilers.map(alias), await pinned('undici'), await pinned('@types/node')], consumer);
}, 300_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

const alias = (version: string): string => `typescript-${version}@npm:typescript@${version}`;

/** A package in the version that is installed here. */
async function pinned(name: string): Promise<string> {
  const manifest = await readFile(join(root, 'node_modules', name, 'package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { readonly version: string };
  return `${name}@${version}`;
}

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

  it('work with each other, whichever of four copies each comes from, and of whichever of two versions', async () => {
    const versions = [consumer, join(consumer, 'node_modules/acme')].map(versionIn);
    expect(new Set(await Promise.all(versions)).size).toBe(2);

    const seen = JSON.parse(await execute('node', ['copies.mjs'], consumer)) as Readonly<Record<string, unknown>>;
    expect(Object.keys(seen)).toHaveLength(12);
    for (const [pair, met] of Object.entries(seen)) expect(met, pair).toEqual(asOne);
  });
});

/** The version of core that is found from a folder. */
async function versionIn(place: string): Promise<string> {
  const manifest = await readFile(join(place, 'node_modules/@inmesh/core/package.json'), 'utf8');
  return (JSON.parse(manifest) as { readonly version: string }).version;
}

/** What two copies see of each other: the same as if they were one, but for `instanceof`. */
const asOne = {
  instances: [false, true],
  isError: [true, true, false, true, true, true],
  tenant: 'acme',
  noted: ['noted'],
  perTenant: 1,
  channels: [true, 'theirs'],
  body: 'to catalog.test',
  chosen: [true],
  counted: true,
  breaker: {
    kinds: { timedOut: true, unsent: 'gone', stopped: 'gone', sent: 'sent', limited: 'ERR_RATE_LIMITED' },
    counts: { successes: 3, failures: 2, ignored: 2, refused: 0, probes: 0, permits: 0, expired: 0 },
    held: [1, 1],
    letGo: [0, 0],
    read: 0,
    died: 1,
    ninth: ['closed', 'open'],
    refused: [true, true, true, 5_000],
    observed: ['ignorable', true, 'ERR_CIRCUIT_OPEN'],
    repeated: { sent: 3, asked: 1 },
    states: ['closed to open', 'open to half-open', 'half-open to closed'],
    left: { probes: 0, timers: 0 },
  },
};

describe('an example that our pages show', () => {
  const projects = { 'an ES module': 'modules', CommonJS: 'scripts' };

  beforeAll(async () => {
    await writePrograms(join(consumer, 'modules'), 'module');
    await writePrograms(join(consumer, 'scripts'), 'commonjs');
  });

  // One kind after the other: some examples listen on a port of their own.
  it.concurrent.each(programs)('%s prints what it says, as an ES module and as CommonJS', async (program) => {
    const expected = outputOf(read(program)) ?? '';
    for (const [kind, project] of Object.entries(projects)) {
      const printed = await execute('node', [compiled(program)], join(consumer, project));
      expect(inWordsOf(expected, `${printed.trimEnd()}\n`), kind).toBe(expected);
    }
  });
});

describe('the declarations', () => {
  beforeAll(async () => {
    for (const extension of ['mts', 'cts'])
      await cp(join(consumers, 'strict.ts'), join(consumer, `strict.${extension}`));
  });

  it.concurrent.each(compilers)(
    'mean the same to TypeScript %s, however packages are resolved, in ES modules and in CommonJS',
    async (version) => {
      const compiler = join(consumer, 'node_modules', `typescript-${version}`);
      const printed = await execute('node', ['compile.cjs', compiler, 'strict.mts', 'strict.cts'], consumer);
      const clean = { Node16: '', NodeNext: '', Bundler: '' };
      const exact = { 'Node16, exact': '', 'NodeNext, exact': '', 'Bundler, exact': '' };
      expect(JSON.parse(printed)).toEqual({ version, complaints: { ...clean, ...exact } });
    },
    120_000,
  );

  it.each([
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ])(
    'fit all examples, for module %s with the resolution %s, with nothing skipped',
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
