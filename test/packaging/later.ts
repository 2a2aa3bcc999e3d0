import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { execute } from './tarballs.ts';

/** A version that nobody's range of ours includes, so that npm installs it beside ours. */
const version = '99.0.0';

interface Manifest {
  readonly name: string;
  version: string;
  dependencies?: Record<string, string>;
}

/**
 * Packs somebody's package `acme`, which has the given files and depends on all of our packages in a version that is not
 * ours: npm has to install both. Gives its tarball.
 */
export async function packDependent(
  tarballs: readonly string[],
  files: readonly string[],
  folder: string,
): Promise<string> {
  const dependencies: Record<string, string> = {};
  for (const tarball of tarballs) {
    const place = join(folder, basename(tarball, '.tgz'));
    await mkdir(place, { recursive: true });
    await execute('tar', ['-xzf', tarball], place);
    const path = join(place, 'package/package.json');
    const manifest = JSON.parse(await readFile(path, 'utf8')) as Manifest;
    const needed = Object.keys(manifest.dependencies ?? {}).filter((name) => name.startsWith('@inmesh/'));
    manifest.version = version;
    for (const name of needed) manifest.dependencies = { ...manifest.dependencies, [name]: `^${version}` };
    await writeFile(path, JSON.stringify(manifest));
    dependencies[manifest.name] = `file:${await tar(place)}`;
  }

  const acme = join(folder, 'acme');
  await mkdir(join(acme, 'package'), { recursive: true });
  for (const file of files) await cp(file, join(acme, 'package', basename(file)));
  const manifest = { name: 'acme', version: '1.0.0', dependencies };
  await writeFile(join(acme, 'package/package.json'), JSON.stringify(manifest));
  return tar(acme);
}

/** Packs the folder `package` in a place. */
async function tar(place: string): Promise<string> {
  await execute('tar', ['-czf', 'packed.tgz', 'package'], place);
  return join(place, 'packed.tgz');
}
