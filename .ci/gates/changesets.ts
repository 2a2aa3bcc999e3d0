import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { packagesOf, type Package } from '../../test/architecture/packages.ts';
import { readTree, type Tree } from '../../test/architecture/tree.ts';

/** In `.changeset`: what the last release was made of, by a hash for each package; none is in it before its first. */
const record = 'released.json';

/** Packages that differ from their last release with no changeset to tell users so, and changesets that tell nothing. */
export async function changesets(root: string, update = false): Promise<string[]> {
  const tree = readTree(root, ['test']);
  const folder = readTree(join(root, '.changeset'));
  const packages = new Map(packagesOf(tree).map((of) => [of.manifest.name ?? of.folder, hashOf(tree, of)]));
  if (update) {
    const hashes = JSON.stringify(Object.fromEntries(packages), null, 2);
    await writeFile(join(root, '.changeset', record), `${hashes}\n`);
  }
  const released = JSON.parse(folder.read(record)) as Readonly<Record<string, string>>;

  const changes = folder.files
    .filter((path) => path.endsWith('.md') && path !== 'README.md')
    .map((path) => ({ path, ...parse(folder.read(path)) }));
  const told = new Set(changes.flatMap(({ names }) => names));

  const silent = [...packages]
    .filter(([name, hash]) => released[name] !== hash && !told.has(name))
    .map(([name]) => `${name} has changed since its release and no changeset tells of it: npx changeset`);
  const unknown = changes.flatMap(({ path, names }) =>
    names.filter((name) => !packages.has(name)).map((name) => `.changeset/${path}: there is no ${name}`),
  );
  const empty = changes
    .filter(({ names, text }) => names.length === 0 || text === '')
    .map(({ path }) => `.changeset/${path}: names no package with patch, minor or major, or says nothing`);
  return [...silent, ...unknown, ...empty];
}

function parse(changeset: string): { names: string[]; text: string } {
  const [, front = '', text = ''] = /^---\n([\s\S]*?)---\n([\s\S]*)$/.exec(changeset) ?? [];
  const lines = front.matchAll(/^["']?([^"'\n]+)["']?: (?:patch|minor|major)$/gm);
  return { names: [...lines].map(([, name = '']) => name), text: text.trim() };
}

/** Of what users get: the sources and what package.json says but for the version. */
function hashOf(tree: Tree, { path, sources, manifest }: Package): string {
  const hash = createHash('sha256').update(JSON.stringify({ ...manifest, version: undefined }));
  for (const file of sources) hash.update(`${file.slice(path.length)}\n${tree.read(file)}\n`);
  return hash.digest('hex').slice(0, 16);
}
