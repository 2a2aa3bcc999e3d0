import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What was installed, and how each runtime is started. */
export interface Installed {
  /** A module whose `load(name)` imports a client by its name in package.json. */
  readonly load: string;
  /** The words that start a program, by runtime. */
  readonly runtimes: Readonly<Record<string, readonly string[]>>;
  /** The program of workerd, which runs no script but a configuration. */
  readonly workerd: string;
}

/** Installs what `package.json` beside this pins into `.runtimes`, unless it is there. Throws if a runtime does not start. */
export function install(root: string): Installed {
  const folder = join(root, '.runtimes');
  const wanted = join(root, 'test/runtimes/package.json');
  const done = join(folder, 'installed.json');
  mkdirSync(folder, { recursive: true });
  if (!existsSync(done) || readFileSync(done, 'utf8') !== readFileSync(wanted, 'utf8')) {
    copyFileSync(wanted, join(folder, 'package.json'));
    const words = [
      'install',
      '--no-package-lock',
      '--no-audit',
      '--no-fund',
      '--ignore-scripts=false',
      '--loglevel=error',
    ];
    const { status, error } = spawnSync('npm', words, { cwd: folder, stdio: 'inherit' });
    if (status !== 0) throw new Error(`the runtimes could not be installed into ${folder}`, { cause: error });
    copyFileSync(wanted, done);
  }
  writeFileSync(join(folder, 'load.mjs'), 'export const load = (name) => import(name);\n');
  const { dependencies } = JSON.parse(readFileSync(wanted, 'utf8')) as { dependencies: Record<string, string> };
  const runtimes = programsIn(join(folder, 'node_modules'));
  const workerd = join(folder, 'node_modules/@cloudflare/workerd-linux-64/bin/workerd');
  for (const [name, [program = '']] of Object.entries({ ...runtimes, workerd: [workerd] })) {
    const version = versionOf(dependencies[name] ?? '');
    const { stdout, error } = spawnSync(program, ['--version'], { encoding: 'utf8' });
    if (error !== undefined || version === '' || !stdout.includes(version))
      throw new Error(`${name} ${version} does not start from ${program}: remove ${folder} to install it anew`, {
        cause: error ?? stdout,
      });
  }
  return { load: pathToFileURL(join(folder, 'load.mjs')).href, runtimes, workerd };
}

/** The version that a program should tell; that of workerd is a day, with a number of its own before it and after it. */
function versionOf(pinned: string): string {
  const [version = ''] = /[^@]*$/.exec(pinned) ?? [];
  return version.replace(/^1\.(\d{4})(\d\d)(\d\d)\.\d+$/, '$1-$2-$3');
}

const programsIn = (modules: string): Record<string, readonly string[]> => ({
  'node-20': [join(modules, 'node-20/bin/node'), '--expose-gc', '--no-warnings'],
  'node-22': [join(modules, 'node-22/bin/node'), '--expose-gc', '--no-warnings'],
  'node-24': [join(modules, 'node-24/bin/node'), '--expose-gc', '--no-warnings'],
  'node-26': [join(modules, 'node-26/bin/node'), '--expose-gc', '--no-warnings'],
  bun: [join(modules, '.bin/bun')],
  deno: [join(modules, '.bin/deno'), 'run', '--allow-all', '--quiet', '--v8-flags=--expose-gc'],
});
