import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

import { propertiesIn, type PropertyTest } from './properties.ts';

const CONFIG = 'test/soak/vitest.config.ts';
const BATCH = 50_000; // a minute of the slowest; most need that many to be warm

/** What to run how often. */
export interface PropertyRuns {
  /** Of each property. */
  readonly times: number;
  readonly seed: number;
  /** What the file and name of a property have to match (default: any). */
  readonly only?: RegExp | undefined;
}

/** Some runs of the properties of one file, from a seed of their own. */
interface Batch {
  readonly file: string;
  readonly names: readonly string[];
  readonly runs: number;
  readonly seed: number;
}

/** Runs every property so many times, in batches, as many at once as there are cores. Gives 1 if any failed, or else 0. */
export async function runProperties({ times, seed, only = /(?:)/ }: PropertyRuns, root: string): Promise<0 | 1> {
  const properties = propertiesIn(root).filter(({ file, name }) => only.test(`${file} ${name}`));
  if (properties.length === 0) throw new TypeError(`--only must match the file or name of a property, got ${only}`);
  const all = batchesOf(properties, times, seed);
  console.log(`${properties.length} tests of properties, ${times} runs of each, in ${all.length} batches`);
  const failed = new Set<string>();
  const begun = performance.now();
  const left = all.values();
  let done = 0;
  const worker = async (): Promise<void> => {
    for (const batch of left) {
      if (!failed.has(batch.file) && !(await passes(batch, root))) failed.add(batch.file);
      const goneMs = performance.now() - begun;
      const ahead = minutes((goneMs / ++done) * (all.length - done));
      console.log(`batch ${done} of ${all.length}: ${minutes(goneMs)} gone, about ${ahead} to come`);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  console.log(failed.size === 0 ? 'every property held' : `failed: ${[...failed].join(', ')}`);
  return failed.size === 0 ? 0 : 1;
}

/** Of each file so many runs of all of its properties; first the first batch of each. */
export function batchesOf(properties: readonly PropertyTest[], times: number, seed: number): readonly Batch[] {
  const files = [...new Set(properties.map(({ file }) => file))];
  return Array.from({ length: Math.ceil(times / BATCH) }, (_, index) =>
    files.map((file) => ({
      file,
      names: properties.filter((each) => each.file === file).map(({ name }) => name),
      runs: Math.min(BATCH, times - index * BATCH),
      seed: seed + index,
    })),
  ).flat();
}

/** In a process of its own, so that nothing piles up; shows what it said if it failed. */
async function passes({ file, names, runs, seed }: Batch, root: string): Promise<boolean> {
  const begun = performance.now();
  const words = ['run', '--config', CONFIG, '--testNamePattern', names.map(patternOf).join('|'), file];
  const env = { ...process.env, NO_COLOR: '1', FC_RUNS: String(runs), FC_SEED: String(seed) };
  const vitest = join(root, 'node_modules/.bin/vitest');
  const child = spawn(vitest, words, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const [[code], said, wrong] = await Promise.all([once(child, 'exit'), text(child.stdout), text(child.stderr)]);
  const passed = code === 0 && Number(/Tests +(\d+) passed/.exec(said)?.[1]) >= names.length; // one of a table is several
  const took = ((performance.now() - begun) / 1_000).toFixed(1);
  console.log(`${file}: ${runs} runs from seed ${seed} in ${took} s: ${passed ? 'passed' : 'failed'}`);
  const again = `FC_RUNS=${runs} FC_SEED=${seed} npx vitest run --config ${CONFIG} ${file}`;
  if (!passed) console.log(`${said}\n${wrong}\nto see it again: ${again}`);
  return passed;
}

const minutes = (ms: number): string => `${(ms / 60_000).toFixed(1)} minutes`;

/** A pattern of a test's name, `%s` of a table's being anything. */
const patternOf = (name: string): string => `${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/%[a-z]/g, '.*')}$`;
