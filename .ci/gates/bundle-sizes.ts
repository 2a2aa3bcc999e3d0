import { cp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import smallLibrary from '@size-limit/preset-small-lib';
import sizeLimit from 'size-limit';

import type { Release } from '../release.ts';

/** Sizes by what the page calls them, in kB. */
export type Sizes = ReadonlyMap<string, number>;

/** A module that takes these from those packages, or an entry file. */
type Bundle = { readonly import: Readonly<Record<string, string>> } | { readonly files: readonly string[] };

const examples = {
  "the README's first example": 'first.ts',
  "the README's second example": 'any-function.ts',
  "the README's third example": 'guarded-function.ts',
};
const peers = ['cockatiel', 'opossum'];
const samePolicies =
  '{ wrap, retry, circuitBreaker, timeout, handleAll, ExponentialBackoff, SamplingBreaker, TimeoutStrategy }';

/** Everything that can be imported, with all that it imports but Node's own modules, minified and gzipped. */
export async function measure(root: string, release: Release): Promise<Sizes> {
  const found = await bundles(root, release);
  const nodePaths = [release.installed, join(root, 'node_modules')];
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
      found.set(`the third example's policies of \`${name}\``, { import: { [name]: samePolicies } });
  }
  return found;
}

const manifestIn = async (folder: string) =>
  JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
    readonly exports: object;
    readonly version: string;
  };
