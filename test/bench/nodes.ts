import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The program of a Node: `this` one, or the one that the matrix of runtimes pins, from npm unless it is there. */
export function nodeProgram(which: string, root: string): string {
  if (which === 'this') return process.execPath;
  const name = `node-${which}`;
  const wanted = readManifest(join(root, 'test/runtimes/package.json')).dependencies?.[name];
  if (wanted === undefined)
    throw new TypeError(`--node must be 'this' or one of test/runtimes/package.json, got ${which}`);
  const version = wanted.slice(wanted.lastIndexOf('@') + 1);
  const folders = [join(root, '.runtimes'), join(root, '.runtimes/bench')];
  const found = folders.map((folder) => programIn(folder, name)).find((file) => versionOf(file) === version);
  if (found !== undefined) return found;
  const folder = join(root, '.runtimes/bench');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: { [name]: wanted } }));
  spawnSync('npm', ['install', '--no-package-lock', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: folder,
    stdio: 'inherit',
  });
  const installed = programIn(folder, name);
  if (versionOf(installed) !== version) throw new Error(`${name} ${version} could not be installed into ${folder}`);
  return installed;
}

const programIn = (folder: string, name: string): string => join(folder, 'node_modules', name, 'bin/node');

function versionOf(program: string): string | undefined {
  if (!existsSync(program)) return undefined;
  const { status, stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim().replace(/^v/, '') : undefined;
}

function readManifest(file: string): { readonly dependencies?: Readonly<Record<string, string>> } {
  return JSON.parse(readFileSync(file, 'utf8')) as { readonly dependencies?: Readonly<Record<string, string>> };
}
