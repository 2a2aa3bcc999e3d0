import { setImmediate as turn } from 'node:timers/promises';

import { seededRandom } from '@inmesh/core/testing';

import { allocated } from '../allocation.ts';
import { clockNs, type Pace } from '../pace.ts';
import { shuffled, spreadOf, type Spread } from '../statistics.ts';
import type { Held, Sized, Subject } from './subject.ts';

const HELD_AT_LEAST = 10_000; // of what is held: less drowns in what the heap does besides

/** What a size came to. */
export interface Point {
  readonly by: 'inmesh' | 'bare';
  readonly size: number;
  /** Was this size measured a second time, to show the noise? */
  readonly again: boolean;
  /** Nanoseconds per call. */
  readonly ns: Spread;
  /** Times the smallest of the same round, with the same policies or none. */
  readonly ratio: Spread;
  /** Held per call in flight, key or endpoint, in bytes. */
  readonly held?: number;
  /** Allocated per call, the loop that awaits it included. */
  readonly allocated?: number;
}

type Who = Pick<Point, 'by' | 'size' | 'again'> & { readonly of: Sized };

async function all({ bare, make, sizes: [smallest = 1, ...larger] }: Subject): Promise<Who[]> {
  const points: Who[] = [];
  for (const [by, maker] of [
    ['inmesh', make],
    ['bare', bare],
  ] as const) {
    if (maker === undefined) continue;
    points.push({ by, size: smallest, again: false, of: await maker(smallest) });
    points.push({ by, size: smallest, again: true, of: await maker(smallest) });
    for (const size of larger) points.push({ by, size, again: false, of: await maker(size) });
  }
  return points;
}

/** Times all sizes in turn, in another order each round, the heap collected before each if calls pile up in it. */
export async function timedSizes(subject: Subject, { rounds, seed, warmUpMs }: Pace): Promise<Omit<Point, 'held'>[]> {
  const { callsPerSample, inFlight = false, share = 1 } = subject;
  const random = seededRandom(seed);
  const runners = (await all(subject)).map((who) => ({ ...who, samples: [] as number[] }));
  for (const { of } of runners) {
    const end = clockNs() + warmUpMs * 1e6;
    do await of.loop(callsPerSample);
    while (clockNs() < end);
  }
  for (let round = 0; round < Math.max(3, rounds * share); round++) {
    for (const { of, samples } of shuffled(runners, random)) {
      if (inFlight) globalThis.gc?.();
      await turn();
      const begun = clockNs();
      await of.loop(callsPerSample);
      samples.push((clockNs() - begun) / callsPerSample);
    }
  }
  return runners.map(({ by, size, again, samples }) => {
    const base = runners.find((each) => each.by === by)?.samples ?? [];
    const ratio = spreadOf(samples.map((ns, round) => ns / (base[round] ?? NaN)));
    return { by, size, again, ns: spreadOf(samples), ratio };
  });
}

/** What each size holds and allocates. Needs the flags of `allocation.ts`. */
export async function sizedSizes(subject: Subject, pace: Pace): Promise<Pick<Point, 'held' | 'allocated'>[]> {
  const points = await all(subject);
  const held: number[] = [];
  for (const { of, size } of points)
    held.push(await heldBy(of, size, subject.inFlight ? 1 : Math.ceil(HELD_AT_LEAST / size)));
  const bytes =
    subject.inFlight === true
      ? []
      : await allocated(
          points.map(({ of }) => ({ ...of, by: '', check() {} })),
          pace,
        );
  return points.map((_, index) => ({
    held: held[index] ?? NaN,
    ...(bytes[index] !== undefined && { allocated: bytes[index] }),
  }));
}

/** The median of a few times: of one that has calls in flight there are only so many. */
async function heldBy(of: Sized, size: number, copies: number): Promise<number> {
  const found: number[] = [];
  for (let time = 0; time < 4; time++) {
    const before = await heldBytes();
    const holding: Held[] = [];
    for (let copy = 0; copy < copies; copy++) holding.push(await of.hold());
    const bytes = (await heldBytes()) - before;
    for (const each of holding) await each.release();
    if (time > 0) found.push(bytes / (copies * size)); // the first makes what is there for good
  }
  return spreadOf(found).median;
}

async function heldBytes(): Promise<number> {
  for (let times = 0; times < 3; times++) {
    globalThis.gc?.();
    await turn();
  }
  const { heapUsed, external } = process.memoryUsage(); // array buffers are part of what is external
  return heapUsed + external;
}
