import { join } from 'node:path';

import { runProgram } from '../child.ts';
import type { Installed } from '../install.ts';
import { runInChromium } from './chromium.ts';
import type { Ran } from './inside/suites.ts';

const longestMs = 300_000;

/** Runs the bundle in the folder in a runtime. Throws if it did not come to its end. */
export async function runIn(runtime: string, folder: string, { runtimes, workerd }: Installed): Promise<Ran> {
  const last = await lineOf(runtime, folder, runtimes[runtime] ?? [workerd, 'test', 'workerd.capnp', `${runtime}:*`]);
  const ran = JSON.parse(last) as Ran | { readonly broken: string }; // what the launchers report
  if ('broken' in ran) throw new Error(ran.broken);
  return ran;
}

async function lineOf(runtime: string, folder: string, words: readonly string[]): Promise<string> {
  if (runtime === 'chromium') return runInChromium(folder, longestMs);
  const begins = runtime.startsWith('workerd')
    ? []
    : [...(runtime === 'bun' ? ['--expose-gc'] : []), join(folder, 'process.mjs')];
  const { out, said } = await runProgram([...words, ...begins], { cwd: folder, longestMs });
  const last = out.trimEnd().split('\n').at(-1) ?? '';
  if (!last.startsWith('{')) throw new Error(said);
  return last;
}
