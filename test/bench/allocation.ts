import { PerformanceObserver } from 'node:perf_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import { getHeapSpaceStatistics } from 'node:v8';

import type { Case } from './case.ts';
import { warmUp, type Pace } from './pace.ts';
import { spreadOf } from './statistics.ts';

/**
 * What Node is started with, so that what is allocated stays where it is until it was counted: a young generation that
 * holds all of a sample. In a small one the scavenger runs, and the heap shows what survived.
 */
export const flags: readonly string[] = ['--expose-gc', '--min-semi-space-size=256', '--max-semi-space-size=256'];

const sampleBytes = 48 * 2 ** 20;

/** The bytes that each case allocates per call, the loop that awaits it included. Throws if the heap cannot tell. */
export async function allocated(cases: readonly Case[], pace: Pace): Promise<readonly number[]> {
  const watch = new CollectionWatch();
  await prove();
  const found: number[] = [];
  for (const of of cases) found.push(await bytesOf(of, watch, pace));
  watch.close();
  return found;
}

async function bytesOf(of: Case, watch: CollectionWatch, pace: Pace): Promise<number> {
  const most = await warmUp(of, pace); // compiled code allocates otherwise than the interpreter
  const about = await sample(of, Math.min(most, 100));
  const times = Math.max(1, Math.min(most, Math.floor(sampleBytes / Math.max(1, about))));
  const samples = Math.min(pace.rounds, 9);
  const found: number[] = [];
  for (let tries = 0; found.length < samples && tries < samples * 3; tries++) {
    watch.collected = 0;
    const bytes = await sample(of, times);
    if ((await watch.count()) === 1) found.push(bytes); // only the one that was asked for before the sample
  }
  if (found.length === 0) throw new Error('the heap was collected during every sample');
  return spreadOf(found).median;
}

async function sample(of: Pick<Case, 'loop'>, times: number): Promise<number> {
  globalThis.gc?.();
  const before = youngBytes();
  const asking = youngBytes() - before;
  const begun = youngBytes();
  await of.loop(times);
  return Math.max(0, youngBytes() - begun - asking) / times;
}

/** What lies in the young generation, where everything begins. The old one changes while it is swept. */
function youngBytes(): number {
  let bytes = 0;
  for (const { space_name, space_used_size } of getHeapSpaceStatistics())
    if (space_name.startsWith('new_')) bytes += space_used_size;
  return bytes;
}

/** Counts how often the heap was collected. */
class CollectionWatch {
  collected = 0;
  readonly #observer = new PerformanceObserver((list) => {
    this.collected += list.getEntries().length;
  });

  constructor() {
    this.#observer.observe({ entryTypes: ['gc'] });
  }

  /** Node tells of collections a turn or two after them. */
  async count(): Promise<number> {
    for (let turns = 0; turns < 4; turns++) await turn();
    return this.collected;
  }

  close(): void {
    this.#observer.disconnect();
  }
}

/** Counts objects whose size is known: right once V8 has compiled the loop, since the interpreter allocates besides. */
async function prove(): Promise<void> {
  const found: number[] = [];
  while (found.length < 100) {
    found.push(await sample({ loop: known }, 100_000));
    if (found.length >= 3 && found.slice(-3).every((bytes) => Math.abs(bytes - KNOWN_BYTES) < 0.5)) return;
  }
  throw new Error(`objects of ${KNOWN_BYTES} bytes are counted as ${found.at(-1)}`);
}

const KNOWN_BYTES = 56; // map, properties, elements and four fields, 8 bytes each
const kept: { sink: unknown } = { sink: undefined };

function known(times: number): void {
  for (let i = 0; i < times; i++) kept.sink = { a: i, b: i, c: i, d: i };
}
