import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { satisfies } from 'semver';

import { benchFolder } from './built.ts';

/** A package that runs on this Node. */
export interface Peer<T> {
  /** Its name and version. */
  readonly by: string;
  readonly module: T;
}

/**
 * Imports what runs on this Node: the keys are the names in package.json. Which version that is shows in the results.
 */
export async function peers<T>(loaders: Readonly<Record<string, () => Promise<T>>>): Promise<Peer<T>[]> {
  const fit = Object.entries(loaders).map(([alias, load]) => ({ ...manifestOf(alias), load }));
  return await Promise.all(
    fit
      .filter(({ engines }) => engines?.node === undefined || satisfies(process.versions.node, engines.node))
      .map(async ({ name, version, load }) => ({ by: `${name} ${version}`, module: await load() })),
  );
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly engines?: { readonly node?: string };
}

function manifestOf(alias: string): Manifest {
  return JSON.parse(readFileSync(join(benchFolder, 'node_modules', alias, 'package.json'), 'utf8')) as Manifest;
}
