import { setTimeout as after } from 'node:timers/promises';

import { standingTimers } from './counting.ts';
import type { Idler } from './groups/idle.ts';

const MANY = 10_000;
const kept: { sink: unknown } = { sink: undefined };

/** What each of many costs while nothing happens. */
export interface Idling {
  readonly bytes: number;
  readonly timers: number;
  /** The share of one processor that all of them together use. */
  readonly cpu: number;
}

/** Needs `--expose-gc`, and timers that are counted. */
export async function idling(idler: Idler, watchMs: number): Promise<Idling> {
  idler.make();
  await after(10);
  const [bytesBefore, timersBefore] = [await heldBytes(), standingTimers()];
  const many = Array.from({ length: MANY }, () => idler.make());
  await after(100);
  const bytes = ((await heldBytes()) - bytesBefore) / many.length;
  const timers = (standingTimers() - timersBefore) / many.length;
  await after(1_000); // what was made settles
  const begun = performance.now();
  const before = process.cpuUsage();
  await after(watchMs);
  const { user, system } = process.cpuUsage(before);
  const cpu = (user + system) / 1_000 / (performance.now() - begun);
  kept.sink = many; // or they might be collected before
  return { bytes, timers, cpu };
}

async function heldBytes(): Promise<number> {
  for (let times = 0; times < 3; times++) {
    globalThis.gc?.();
    await after(1);
  }
  const { heapUsed, external } = process.memoryUsage(); // array buffers are part of what is external
  return heapUsed + external;
}
