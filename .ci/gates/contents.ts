import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

type Manifest = Readonly<Record<string, unknown>> & { readonly license?: unknown };

const said = ['description', 'keywords', 'homepage', 'bugs', 'license', 'repository', 'engines'];
const needed = ['LICENSE', 'README.md'];
const published =
  /^(LICENSE|README\.md|CHANGELOG\.md|package\.json|dist\/.+\.(d\.ts|d\.cts|js|cjs)(\.map)?|src\/.+\.ts)$/;
const tests = /\.test\.|(^|\/)(test|tests|fixtures|mocks)\//;
const allowed = new Set(['MIT', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0']);

/** What a package as installed has that it should not have, or lacks; and dependencies of other licences than these. */
export async function contents(root: string, installed: string): Promise<string[]> {
  const licence = await readFile(join(root, 'LICENSE'), 'utf8');
  const problems = (await packagesIn(installed)).map(async (name) => {
    const manifest = JSON.parse(await readFile(join(installed, name, 'package.json'), 'utf8')) as Manifest;
    const wrong = isOurs(name) ? await ours(join(installed, name), manifest, licence) : theirs(manifest);
    return wrong.map((problem) => `${name}: ${problem}`);
  });
  return (await Promise.all(problems)).flat();
}

const isOurs = (name: string) => name === 'inmesh' || name.startsWith('@inmesh/');

async function packagesIn(installed: string): Promise<string[]> {
  const folders = await readdir(installed, { recursive: true });
  return folders
    .filter((path) => /^(@[^/]+\/)?[^@./][^/]*\/package\.json$/.test(path))
    .map(dirname)
    .sort();
}

async function ours(folder: string, manifest: Manifest, licence: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
  const text = await readFile(join(folder, 'LICENSE'), 'utf8').catch(() => undefined);
  return [
    ...said.filter((key) => isEmpty(manifest[key])).map((key) => `no ${key} in package.json`),
    ...needed.filter((file) => !files.includes(file)).map((file) => `no ${file}`),
    ...(text === undefined || text === licence ? [] : ['LICENSE is not that of the repository']),
    ...files
      .filter((file) => tests.test(file) || !published.test(file))
      .map((file) => `${file} should not be published`),
  ];
}

const isEmpty = (value: unknown) => value === undefined || value === '' || (Array.isArray(value) && value.length === 0);

const theirs = ({ license }: Manifest): string[] =>
  typeof license === 'string' && allowed.has(license) ? [] : [`licence ${JSON.stringify(license) ?? 'unknown'}`];
