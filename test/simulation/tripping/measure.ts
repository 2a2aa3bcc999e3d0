import type { Random } from '@inmesh/core';

import { exponential } from '../fleet.ts';
import type { Rule } from './watcher.ts';

/** How calls come and fail. */
export interface Traffic {
  readonly perSecond: number;
  readonly failing: number;
  readonly random: Random;
  /** How long until the next call, in ms (default: as calls that know nothing of each other come). */
  readonly gapMs?: () => number;
}

/** What was seen while nothing was wrong. */
export interface FalseTrips {
  readonly trips: number;
  readonly calls: number;
  readonly elapsedMs: number;
}

/** Counts how often a rule opens, beginning anew each time, until it did so often or there were so many calls. */
export function falseTrips(rule: Rule, traffic: Traffic, most: { trips: number; calls: number }): FalseTrips {
  const { perSecond, failing, random, gapMs = () => exponential(random, 1_000 / perSecond) } = traffic;
  let watcher = rule.watch();
  let [now, calls, trips] = [0, 0, 0];
  while (trips < most.trips && calls < most.calls) {
    now += gapMs();
    calls++;
    if (watcher.ended(random() < failing, now) === undefined) continue;
    trips++;
    watcher = rule.watch();
  }
  return { trips, calls, elapsedMs: now };
}

/** How long it took until a rule opened. */
export interface Delay {
  readonly calls: number;
  readonly ms: number;
}

/** Watches healthy calls for a while, then such that fail; `undefined` if it stays closed for all of `most`. */
export function delay(
  rule: Rule,
  healthy: number,
  { perSecond, failing, random }: Traffic,
  most: Delay,
): Delay | undefined {
  const watcher = rule.watch();
  const gapMs = 1_000 / perSecond;
  const sooner = Math.max(rule.warmUpMs, 200 * gapMs) * (1 + random() / 10); // not in step with any window
  let now = 0;
  while (now < sooner) {
    now += exponential(random, gapMs);
    if (watcher.ended(random() < healthy, now) !== undefined)
      return delay(rule, healthy, { perSecond, failing, random }, most);
  }
  const begins = now;
  for (let calls = 1; calls <= most.calls || now - begins <= most.ms; calls++) {
    now += exponential(random, gapMs);
    const opened = watcher.ended(random() < failing, now);
    // One that looks now and then may have opened before the call that shows it.
    if (opened !== undefined) return { calls: opened < now ? calls - 1 : calls, ms: opened - begins };
  }
  return undefined;
}
