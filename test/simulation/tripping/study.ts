import { consecutiveFailures } from '@inmesh/circuit-breaker';
import { sequentialTest } from '@inmesh/circuit-breaker/sequential-test';
import { seededRandom } from '@inmesh/core/testing';

import { hystrix } from './hystrix.ts';
import { delay, falseTrips, type Delay } from './measure.ts';
import { ofLastCalls, ofLastSeconds } from './resilience4j.ts';
import { detected, type Rule } from './watcher.ts';

/** What was found. */
export interface Study {
  readonly date: string;
  readonly commit: string;
  readonly seed: number;
  readonly promises: readonly Promised[];
  readonly falseTrips: readonly FalseTripsOf[];
  readonly delays: readonly DelaysOf[];
}

/** A promise, and the mean time between false trips. */
export interface Promised {
  readonly perSecond: number;
  readonly falseTripEveryMs: number;
  readonly trips: number;
  readonly meanMs: number;
}

/** How often a rule opened while only what is tolerable failed. */
export interface FalseTripsOf {
  readonly who: string;
  readonly perSecond: number;
  readonly trips: number;
  readonly calls: number;
}

/** How long a rule took to open; without `median` it did not. */
export interface DelaysOf {
  readonly who: string;
  readonly perSecond: number;
  readonly failing: number;
  readonly median?: Delay;
  readonly slowest?: Delay;
}

export const TOLERABLE = 0.05;
export const HEALTHY = 0.01;
export const TIMES = 100;
export const MOST: Delay = { calls: 100_000, ms: 300_000 };
const RATES = [0.1, 1, 100, 10_000];
const FAILING = [0.1, 0.25, 0.5, 0.75, 1];
const FALSE_TRIP_CALLS = 2e7;
const PROMISES = [
  { perSecond: 0.1, falseTripEveryMs: 86_400_000 },
  { perSecond: 1, falseTripEveryMs: 86_400_000 },
  { perSecond: 100, falseTripEveryMs: 3_600_000 },
  { perSecond: 10_000, falseTripEveryMs: 60_000 },
];

const RULES: readonly Rule[] = [
  detected('sequentialTest()', sequentialTest()),
  detected('consecutiveFailures(5)', consecutiveFailures(5)),
  hystrix,
  ofLastCalls,
  ofLastSeconds,
];

/** Measures all of it; a few minutes. */
export function study(seed: number, commit: string, say: (line: string) => void): Study {
  const random = seededRandom(seed);
  const promises = PROMISES.map((promise) => {
    const rule = detected('', sequentialTest({ falseTripEveryMs: promise.falseTripEveryMs }));
    const traffic = { perSecond: promise.perSecond, failing: TOLERABLE, random };
    const { trips, elapsedMs } = falseTrips(rule, traffic, { trips: 300, calls: Infinity });
    say(`${promise.perSecond} calls/s: ${(elapsedMs / trips / promise.falseTripEveryMs).toFixed(2)} × the promise`);
    return { ...promise, trips, meanMs: elapsedMs / trips };
  });
  const cells = RULES.flatMap((rule) => RATES.map((perSecond) => ({ rule, perSecond })));
  return {
    date: new Date().toISOString().slice(0, 10),
    commit,
    seed,
    promises,
    falseTrips: cells.map(({ rule, perSecond }) => {
      const traffic = { perSecond, failing: TOLERABLE, random };
      const { trips, calls } = falseTrips(rule, traffic, { trips: 1_000, calls: FALSE_TRIP_CALLS });
      say(`${rule.name} at ${perSecond} calls/s: ${trips} false trips in ${calls} calls`);
      return { who: rule.name, perSecond, trips, calls };
    }),
    delays: cells.flatMap(({ rule, perSecond }) =>
      FAILING.map((failing) => {
        const found = delaysOf(rule, perSecond, failing, random);
        say(`${rule.name} at ${perSecond} calls/s, ${failing} failing: ${found.median?.calls ?? 'never'}`);
        return found;
      }),
    ),
  };
}

/** A rule that did not open the first five times is not tried again. */
function delaysOf(rule: Rule, perSecond: number, failing: number, random: () => number): DelaysOf {
  const of = { who: rule.name, perSecond, failing };
  const found: Delay[] = [];
  for (let time = 0; time < TIMES; time++) {
    const once = delay(rule, HEALTHY, { perSecond, failing, random }, MOST);
    if (once !== undefined) found.push(once);
    else if (found.length === 0 && time === 4) return of;
  }
  // Those that never opened took longest.
  const at = (share: number): Delay | undefined => {
    const index = Math.floor(TIMES * share);
    const [calls, ms] = [found.map((each) => each.calls), found.map((each) => each.ms)];
    const [sortedCalls, sortedMs] = [calls.sort((a, b) => a - b)[index], ms.sort((a, b) => a - b)[index]];
    return sortedCalls === undefined || sortedMs === undefined ? undefined : { calls: sortedCalls, ms: sortedMs };
  };
  const [median, slowest] = [at(0.5), at(0.95)];
  return { ...of, ...(median && { median }), ...(slowest && { slowest }) };
}
