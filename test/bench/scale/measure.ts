import { setImmediate as turn } from 'node:timers/promises';

import { seededRandom } from '@inmesh/core/testing';

import { allocated } from '../allocation.ts';
import type { Case } from '../case.ts';
import { heldBytes } from '../held.ts';
import { clockNs, type Pace } from '../pace.ts';
import { shuffled, spreadOf, type Spread } from '../statistics.ts';
import type { Held, Sized, Subject } from './subject.ts';

const HELD_AT_LEAST = 10_000; // of what is held: less drowns in what the heap does besides

/** What a size came to. */
export interface Point {
  readonly by: 'inmesh' | 'bare' | 'bare, as large';
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

type Who = Pick<Point, 'by' | 'size' | 'again'> & { readonly make: () => Promise<Sized> };

/** All that is measured of a subject, `as large` last, and only where it is known how large that is. */
function all({ asLarge, bare, make, sizes: [smallest = 1, ...larger] }: Subject, bytesEach?: number): Who[] {
  const makers = [
    ['inmesh', make],
    ['bare', bare],
    ['bare, as large', (size: number) => asLarge(size, bytesEach ?? NaN)],
  ] as const;
  return makers.slice(0, bytesEach === undefined ? 2 : 3).flatMap(([by, maker]) => {
    const of = (size: number, again: boolean): Who => ({ by, size, again, make: () => maker(size) });
    return [of(smallest, false), of(smallest, true), ...larger.map((size) => of(size, false))];
  });
}

/** Times all sizes in turn, in another order each round, the heap collected before each if calls pile up in it. */
export async function timedSizes(
  subject: Subject,
  { rounds, seed, warmUpMs }: Pace,
  bytesEach: number,
): Promise<Omit<Point, 'held'>[]> {
  const { callsPerSample, inFlight = false, share = 1 } = subject;
  const random = seededRandom(seed);
  const runners: (Who & { readonly of: Sized; readonly samples: number[] })[] = [];
  for (const who of all(subject, bytesEach)) runners.push({ ...who, of: await who.make(), samples: [] });
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
  const found: { held: number; allocated?: number }[] = [];
  for (const { make, size } of all(subject)) found.push({ held: await heldBy(make, size, subject.inFlight === true) });
  if (subject.inFlight === true) return found;
  const cases: Case[] = [];
  for (const { by, make } of all(subject)) {
    const sized = await make();
    cases.push({ by, check() {}, loop: (times) => sized.loop(times) });
  }
  const bytes = await allocated(cases, pace);
  return found.map((each, index) => ({ ...each, allocated: bytes[index] ?? NaN }));
}

/** The median of a few times. Each has calls in flight only once, of other things it makes more. */
async function heldBy(make: () => Promise<Sized>, size: number, inFlight: boolean): Promise<number> {
  const copies = Math.ceil(HELD_AT_LEAST / size);
  const makers: Sized[] = [];
  for (let count = inFlight ? copies : 1; count > 0; count--) makers.push(await make());
  const found: number[] = [];
  for (let time = 0; time < 4; time++) {
    const bytes = await bytesOf(Array.from({ length: copies }, (_, copy) => makers[copy % makers.length]));
    if (time > 0) found.push(bytes / (copies * size)); // the first makes what is there for good
  }
  return spreadOf(found).median;
}

/** What they hold. In a function of its own: where the loop above was suspended, it would keep what the time before held. */
async function bytesOf(makers: readonly (Sized | undefined)[]): Promise<number> {
  const before = await heldBytes();
  const holding: (Held | undefined)[] = [];
  for (const maker of makers) holding.push(await maker?.hold());
  const bytes = (await heldBytes()) - before;
  for (const each of holding) await each?.release();
  return bytes;
}
