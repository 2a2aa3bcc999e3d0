import { createHash } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { readTree } from '../test/architecture/tree.ts';
import { install, pack } from '../test/packaging/tarballs.ts';

/** What would be published of this tree. */
export interface Release {
  readonly folder: string;
  /** The `node_modules` in it, where npm installed the tarballs. */
  readonly installed: string;
  readonly tarballs: readonly string[];
}

export const root: string = join(import.meta.dirname, '..');
const cache = join(root, '.release'); // not in node_modules, whose files no bundler of declarations takes for ours

/** Builds, packs and installs all packages, or finds what was made before of the same files. */
export async function release(): Promise<Release> {
  const folder = join(cache, fingerprint());
  const tarballs = join(folder, 'tarballs');
  const found = await readdir(tarballs).catch(() => make(folder));
  return {
    folder,
    installed: join(folder, 'node_modules'),
    tarballs: found.map((file) => join(tarballs, file)).sort(),
  };
}

/** Made elsewhere and moved, so that a folder in the cache is whole. */
async function make(folder: string): Promise<string[]> {
  const making = `${folder}.${process.pid}`;
  await mkdir(making, { recursive: true });
  await forget();
  await install(await pack(join(making, 'made')), making);
  await rename(join(making, 'made/tarballs'), join(making, 'tarballs'));
  await rm(join(making, 'made'), { recursive: true });
  await rename(making, folder).catch(() => rm(making, { recursive: true })); // another process was as quick
  return readdir(join(folder, 'tarballs'));
}

/** Throws away what was made an hour ago or more. */
async function forget(): Promise<void> {
  for (const name of await readdir(cache)) {
    const { mtimeMs } = await stat(join(cache, name));
    if (mtimeMs < Date.now() - 3_600_000) await rm(join(cache, name), { recursive: true, force: true });
  }
}

/** Of every file that may have a part in what is published. */
function fingerprint(): string {
  const tree = readTree(root, ['docs', 'examples', 'test']);
  const hash = createHash('sha256').update(process.version);
  const files = tree.files.filter((path) => !/\.test\.ts$|\.api\.md$/.test(path));
  for (const path of files) hash.update(`${path}\n${tree.read(path)}\n`);
  return hash.digest('hex').slice(0, 16);
}
