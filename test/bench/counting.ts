import { promiseHooks } from 'node:v8';

import type { Case } from './case.ts';
import { warmUp, type Pace } from './pace.ts';

/** What was made per call. */
export interface Counts {
  readonly timers: number;
  readonly immediates: number;
  readonly abortControllers: number;
  readonly signals: number;
  readonly promises: number;
}

/** Timers that were made and neither cleared nor, if they ring once, rang. */
const standing = new Set<unknown>();
export const standingTimers = (): number => standing.size;

const totals = { timers: 0, immediates: 0, abortControllers: 0, signals: 0, promises: 0 };

/** Counts from now on what is made by whoever asks the platform's globals. Everything is slower from then on. */
export function countGlobals(): void {
  const { setImmediate, AbortController } = globalThis;
  countTimers();
  globalThis.setImmediate = counting('immediates', setImmediate);
  globalThis.AbortController = class extends AbortController {
    constructor() {
      super();
      totals.abortControllers++;
    }
  };
  AbortSignal.timeout = counting('signals', AbortSignal.timeout);
  if (typeof AbortSignal.any === 'function') AbortSignal.any = counting('signals', AbortSignal.any);
  promiseHooks.onInit(() => {
    totals.promises++;
  });
}

function countTimers(): void {
  const { setTimeout, setInterval, clearTimeout, clearInterval } = globalThis;
  const setCounted = (callback: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) => {
    totals.timers++;
    const timer = setTimeout(() => {
      standing.delete(timer);
      callback(...args);
    }, ms);
    standing.add(timer);
    return timer;
  };
  globalThis.setTimeout = Object.assign(setCounted, setTimeout) as unknown as typeof setTimeout; // called as it is
  globalThis.setInterval = ((...args: Parameters<typeof setInterval>) => {
    totals.timers++;
    const timer = setInterval(...args);
    standing.add(timer);
    return timer;
  }) as typeof setInterval;
  globalThis.clearTimeout = (timer) => {
    standing.delete(timer);
    clearTimeout(timer);
  };
  globalThis.clearInterval = (timer) => {
    standing.delete(timer);
    clearInterval(timer);
  };
}

function counting<F extends (...args: never[]) => unknown>(what: keyof Counts, original: F): F {
  const counted = function (this: unknown, ...args: never[]): unknown {
    totals[what]++;
    return original.apply(this, args);
  };
  return Object.assign(counted, original) as unknown as F; // called as it is, with what hangs on it
}

/** What each case makes per call, the loop that awaits it included. */
export async function counted(cases: readonly Case[], pace: Pace): Promise<readonly Counts[]> {
  const found: Counts[] = [];
  for (const of of cases) {
    const times = await warmUp(of.loop, pace);
    const before = { ...totals };
    await of.loop(times);
    found.push({
      timers: (totals.timers - before.timers) / times,
      immediates: (totals.immediates - before.immediates) / times,
      abortControllers: (totals.abortControllers - before.abortControllers) / times,
      signals: (totals.signals - before.signals) / times,
      promises: (totals.promises - before.promises) / times,
    });
  }
  return found;
}
