// Runs the soaks that are asked for, one after the other, and writes what they came to.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join, resolve } from 'node:path';

import { help, settingsOf, type Settings } from './arguments.ts';
import { runProperties } from './batches.ts';
import type { HeapSample } from './heap.ts';
import { loopbackRun } from './loopback-run.ts';
import { files } from './page.ts';
import { runOf, type Results, type Run } from './results.ts';
import { isGood } from './verdicts.ts';
import { virtualRun } from './virtual-run.ts';

const root = join(import.meta.dirname, '../..');
const settings = settingsOf(process.argv.slice(2));
if (settings === undefined) process.stdout.write(help);
else if (settings.properties > 0)
  process.exitCode = await runProperties({ ...settings, times: settings.properties }, root);
else if (settings.render) write(read('docs/benchmarks'), settings.out ?? 'docs/benchmarks');
else await main(settings);

async function main({ calls, minutes, seed, out }: Settings): Promise<void> {
  if (globalThis.gc === undefined) throw new Error('needs --expose-gc');
  const virtual = calls === 0 ? undefined : await timed(() => virtualRun(calls, seed, { paused }), seed);
  const loopback = minutes === 0 ? undefined : await timed(() => loopbackRun(minutes, seed, paused), seed);
  const results: Results = { ...(virtual && { virtual }), ...(loopback && { loopback }) };
  console.log(files(results)['soak.md']);
  if (out !== undefined) write({ ...read(out), ...results }, out); // what did not run stays
  const good =
    (virtual === undefined || isGood(virtual.found, 'virtual')) &&
    (loopback === undefined || isGood(loopback.found, 'loopback'));
  console.log(good ? 'nothing was left behind' : 'not as it has to be: see above');
  process.exitCode = good ? 0 : 1;
}

function paused({ calls, bytes, code }: HeapSample): void {
  const mib = (of: number): string => `${(of / 2 ** 20).toFixed(2)} MiB`;
  console.error(`${calls} calls are over, ${mib(bytes)} are held, besides ${mib(code)} of code`);
}

async function timed<F>(run: () => Promise<F>, seed: number): Promise<Run<F>> {
  const before = loadavg()[0] ?? NaN;
  const found = await run();
  return runOf(found, seed, root, [before, loadavg()[0] ?? NaN]);
}

function read(folder: string): Results {
  const file = join(resolve(root, folder), 'soak.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Results) : {}; // written below
}

function write(results: Results, out: string): void {
  const folder = resolve(root, out);
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files(results))) writeFileSync(join(folder, name), text);
}
