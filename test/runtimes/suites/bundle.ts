import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { build as bundled, type Plugin } from 'esbuild';

const here = import.meta.dirname;

/**
 * Bundles files of tests, all that they test and Vitest's runner and matchers into the one module `suites.mjs`, which
 * needs nothing of Node to be loaded. Beside it lies what begins it in each runtime.
 */
export async function bundle(root: string, files: readonly string[], folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
  for (const file of readdirSync(join(here, 'launch'))) copyFileSync(join(here, 'launch', file), join(folder, file));
  const loads = files.map((file) => `${JSON.stringify(file)}: () => import(${JSON.stringify(join(root, file))})`);
  await bundled({
    stdin: {
      contents: `import { runSuites } from './inside/suites.ts';\nexport const run = () => runSuites({ ${loads.join(', ')} });`,
      resolveDir: here,
      loader: 'ts',
    },
    outfile: join(folder, 'suites.mjs'),
    bundle: true,
    format: 'esm',
    target: 'es2022',
    conditions: ['@inmesh/source'],
    alias: { vitest: join(here, 'inside/vitest.ts') },
    plugins: [builtinModules],
  });
}

/** A test that imports a module of Node gets it where there is one; elsewhere an empty one, so that the others run. */
const builtinModules: Plugin = {
  name: 'builtin-modules',
  setup(build) {
    build.onResolve({ filter: /^node:events$/ }, () => ({ path: join(here, 'inside/events.ts') }));
    build.onResolve({ filter: /^node:/ }, ({ path }) => ({ path, namespace: 'node' }));
    build.onLoad({ filter: /./, namespace: 'node' }, ({ path }) => ({
      contents: `module.exports = globalThis.process?.getBuiltinModule?.(${JSON.stringify(path)}) ?? {};`,
    }));
  },
};
