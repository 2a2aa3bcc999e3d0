import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '../..');
const workspaceFiles = ['LICENSE', 'package.json', 'pnpm-workspace.yaml', 'tsconfig.base.json', 'tsup.config.ts'];
const packageFiles = ['package.json', 'README.md', 'src', 'tsup.config.ts', 'node_modules'];

/** The version of pnpm that the workspace pins. */
const pnpm = async (): Promise<string> => {
  const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    readonly scripts: { readonly setup: string };
  };
  return /pnpm@[\d.]+/.exec(scripts.setup)?.[0] ?? 'pnpm';
};

/**
 * Builds and packs every package as for a release, and gives the files. It does so in a copy of the workspace: a dist that
 * others read at the same time stays as it is, and a stale one is never packed.
 */
export async function pack(folder: string): Promise<string[]> {
  const copy = join(folder, 'workspace');
  const tarballs = join(folder, 'tarballs');
  const packages = (await readdir(join(root, 'packages'))).map((name) => join('packages', name));
  for (const file of workspaceFiles) await cp(join(root, file), join(copy, file), { recursive: true });
  for (const path of packages) {
    for (const file of packageFiles) {
      // Links to other packages are relative, so those of the copy lead to the copy.
      const options = { recursive: true, verbatimSymlinks: true };
      await cp(join(root, path, file), join(copy, path, file), options).catch(absent);
    }
  }
  // Above the copy and not in it, where pnpm would take them for its own and write through them.
  await mkdir(join(folder, 'node_modules'));
  for (const tool of ['tsup', 'typescript'])
    await symlink(join(root, 'node_modules', tool), join(folder, 'node_modules', tool));

  const builds = packages.map((path) => () => execute(join(root, 'node_modules/.bin/tsup'), [], join(copy, path)));
  await Promise.all([inTurn(builds), inTurn(builds)]);
  const options = ['-r', '--filter', './packages/*', 'pack', '--pack-destination', tarballs];
  await execute('npx', ['--yes', await pnpm(), ...options], copy);
  return (await readdir(tarballs)).map((file) => join(tarballs, file));
}

/** Takes jobs off the list and does them one after another. */
async function inTurn(jobs: (() => Promise<unknown>)[]): Promise<void> {
  for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) await job();
}

/** What npm is told besides: to say what goes wrong, whatever it was told by an npm that runs us. */
const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];

/** Installs the tarballs with npm, in one command, into a folder of somebody who has nothing else. */
export async function install(tarballs: readonly string[], folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true }));
  await execute('npm', ['install', '--offline', ...quiet, ...tarballs], folder);
}

/** Installs packages of others beside them, from the registry where npm does not have them yet. */
export async function add(packages: readonly string[], folder: string): Promise<void> {
  await execute('npm', ['install', '--prefer-offline', ...quiet, ...packages], folder);
}

/** Runs a program in a folder and gives what it printed; its complaints are in the error. Both are plain text. */
export async function execute(program: string, given: readonly string[], folder: string): Promise<string> {
  // Many colour what they print when `CI` is set, into a pipe too, and then no text is found in it.
  const { FORCE_COLOR: _, ...rest } = process.env;
  const env = { ...rest, NO_COLOR: '1' };
  try {
    return (await promisify(execFile)(program, given, { cwd: folder, env, maxBuffer: 2 ** 24 })).stdout;
  } catch (error) {
    const { stdout, stderr } = error as { readonly stdout?: string; readonly stderr?: string };
    throw new Error(`${program} ${given.join(' ')}\n${stdout ?? ''}${stderr ?? ''}`, { cause: error });
  }
}

/** Core has no `node_modules`: it depends on nothing. */
function absent(error: unknown): void {
  if ((error as { readonly code?: string }).code !== 'ENOENT') throw error;
}
