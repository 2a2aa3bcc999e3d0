// Changes the subjects in every small way that Stryker knows, one at a time, and counts how many of these mutants a test of
// the same package notices. Writes `results.json` and the README's tables; a subject that was not run keeps its result.
//
// npm run test:mutations [-- PACKAGE | FILE …]
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

import { Stryker } from '@stryker-mutator/core';

import { render } from './render.ts';
import { type FileResult, fileResult, readResults, score } from './results.ts';
import { files, subjects } from './subjects.ts';

const root = join(import.meta.dirname, '../..');
process.chdir(root);
const wanted = process.argv.slice(2);
const isWanted = (file: string) => wanted.length === 0 || wanted.some((path) => `${file}/`.startsWith(`${path}/`));

for (const name of Object.keys(subjects)) {
  const mutate = files.filter((file) => file.startsWith(`packages/${name}/`) && isWanted(file));
  if (mutate.length > 0) record(await results(name, mutate));
}

/** What becomes of the mutants of some files of one package under the package's own tests. */
async function results(name: string, mutate: string[]): Promise<Record<string, FileResult>> {
  console.log(`${name}: ${mutate.length} files`);
  const stryker = new Stryker({
    configFile: 'test/mutations/stryker.config.json',
    mutate,
    concurrency: Number(process.env['CONCURRENCY'] ?? availableParallelism()),
    vitest: { configFile: 'test/mutations/vitest.config.ts', dir: `packages/${name}`, related: false },
  });
  const mutants = await stryker.runMutationTest();
  const on = new Date().toISOString().slice(0, 10);
  const found = mutate.map((file) => {
    const own = mutants.filter(({ fileName }) => fileName === join(root, file));
    return [file, fileResult(readFileSync(file, 'utf8'), own, on)] as const;
  });
  for (const [file, result] of found) console.log(file, `${(100 * score(result)).toFixed(1)} %`);
  return Object.fromEntries(found);
}

/** Sets the new results in place of the old, and forgets files that are no subject any more. */
function record(fresh: Readonly<Record<string, FileResult>>): void {
  const all = { ...readResults().files, ...fresh };
  const kept = Object.fromEntries(files.flatMap((file) => (all[file] === undefined ? [] : [[file, all[file]]])));
  const now = { versions: versions(), files: kept };
  writeFileSync(join(import.meta.dirname, 'results.json'), `${JSON.stringify(now, undefined, 2)}\n`);
  writeFileSync(join(import.meta.dirname, 'README.md'), render(now));
}

function versions(): Record<string, string> {
  const { devDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    readonly devDependencies: Record<string, string>;
  };
  const version = (name: string) => devDependencies[name] ?? '';
  return {
    Stryker: version('@stryker-mutator/core'),
    Vitest: version('vitest'),
    'fast-check': version('fast-check'),
    Node: process.versions.node,
  };
}
