import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import smallLibrary from '@size-limit/preset-small-lib';
import sizeLimit from 'size-limit';

import type { Release } from '../release.ts';

/** The page that says what everything weighs and may weigh at most. It is the budget. */
const page = 'docs/size.md';

/** A module that takes these from those packages, or an entry file. */
type Bundle = { readonly import: Readonly<Record<string, string>> } | { readonly files: readonly string[] };

/** Sizes by what the page calls them, in kB. */
type Sizes = ReadonlyMap<string, number>;

const examples = { "the README's first example": 'first.ts', "the README's second example": 'any-function.ts' };
const peers = ['cockatiel', 'opossum'];
const samePolicies =
  '{ wrap, retry, circuitBreaker, timeout, handleAll, ExponentialBackoff, SamplingBreaker, TimeoutStrategy }';

/** What is heavier than the page allows, and what the page says that is not so. */
export async function size(root: string, release: Release, update: boolean): Promise<string[]> {
  const sizes = await measure(root, await bundles(root, release), release);
  const text = await readFile(join(root, page), 'utf8');
  const current = update ? rewrite(text, sizes) : text;
  if (update) await writeFile(join(root, page), current);
  return compare(current, sizes);
}

/** Holds what a page says against what was measured. Compression differs a little from one Node to the next: by a digit. */
export function compare(text: string, sizes: Sizes): string[] {
  const rows = rowsOf(text);
  const missing = [...sizes.keys()].filter((name) => !rows.some((row) => row.name === name));
  return [
    ...missing.map((name) => `${page}: has no row for ${name}`),
    ...rows.flatMap(({ name, said, limit }) => {
      const measured = sizes.get(name);
      if (measured === undefined) return [`${page}: nobody measured ${name}`];
      const stale =
        Math.abs(measured - said) > 0.15
          ? [`${page}: says that ${name} has ${said} kB, it has ${round(measured)}: npm run size`]
          : [];
      return measured > limit ? [...stale, `${name} has ${round(measured)} kB, more than ${limit}`] : stale;
    }),
  ];
}

const row = /^\| (.+?) \| ([\d.]+|\?) kB \|(?: ([\d.]+) kB \|)?$/;

const rowsOf = (text: string) =>
  text.split('\n').flatMap((line) => {
    const [match, name = '', said, limit = Infinity] = row.exec(line) ?? [];
    return match === undefined ? [] : [{ name, said: Number(said), limit: Number(limit) }];
  });

function rewrite(text: string, sizes: Sizes): string {
  const lines = text.split('\n').map((line) => {
    const measured = sizes.get(row.exec(line)?.[1] ?? '');
    return measured === undefined ? line : line.replace(/\| [\d.?]+ kB \|/, `| ${round(measured)} kB |`);
  });
  return lines.join('\n');
}

const round = (kB: number) => kB.toFixed(1);

async function bundles(root: string, { folder, installed }: Release): Promise<ReadonlyMap<string, Bundle>> {
  const scope = join(installed, '@inmesh');
  const found = new Map<string, Bundle>();
  for (const name of (await readdir(scope)).sort()) {
    const { exports } = await manifestIn(join(scope, name));
    for (const path of Object.keys(exports).filter((entry) => entry !== './package.json')) {
      const specifier = `@inmesh/${name}${path.slice(1)}`;
      found.set(`\`${specifier}\``, { import: { [specifier]: '*' } });
    }
  }
  for (const [name, file] of Object.entries(examples)) {
    await cp(join(root, 'examples', file), join(folder, file)); // beside the packages that it is to find
    found.set(name, { files: [join(folder, file)] });
  }
  for (const name of peers) {
    const { version } = await manifestIn(join(root, 'node_modules', name));
    found.set(`\`${name}\` ${version}`, { import: { [name]: '*' } });
    if (name === 'cockatiel')
      found.set(`the second example's policies of \`${name}\``, { import: { [name]: samePolicies } });
  }
  return found;
}

const manifestIn = async (folder: string) =>
  JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
    readonly exports: object;
    readonly version: string;
  };

/** With all that each bundle imports but Node's own modules, minified and gzipped. */
async function measure(root: string, found: ReadonlyMap<string, Bundle>, { installed }: Release): Promise<Sizes> {
  const nodePaths = [installed, join(root, 'node_modules')];
  const modifyEsbuildConfig = (config: object) => ({
    ...config,
    format: 'esm',
    platform: 'node',
    mainFields: ['module', 'main'],
    nodePaths,
  });
  const checks = [...found.values()].map((bundle) => ({ files: [], ...bundle, gzip: true, modifyEsbuildConfig }));
  const sizes = (await sizeLimit(smallLibrary, { checks })) as readonly { readonly size: number }[];
  return new Map([...found.keys()].map((name, index) => [name, (sizes[index]?.size ?? NaN) / 1000]));
}
