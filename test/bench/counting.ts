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
  countTimers();
  const { AbortController, AbortSignal, setImmediate } = globalThis;
  const Counted = class extends AbortController {
    constructor() {
      super();
      totals.abortControllers++;
    }
  };
  globalThis.AbortController = Counted;
  globalThis.setImmediate = counting('immediates', setImmediate);
  const [timeout, any] = [AbortSignal.timeout.bind(AbortSignal), AbortSignal.any.bind(AbortSignal)];
  AbortSignal.timeout = counting('signals', timeout);
  AbortSignal.any = counting('signals', any);
  promiseHooks.onInit(() => {
    totals.promises++;
  });
}

function countTimers(): void {
  const { setTimeout, setInterval, clearTimeout, clearInterval } = globalThis;
  const once = (callback: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) => {
    const timer = setTimeout(() => {
      standing.delete(timer);
      callback(...args);
    }, ms);
    return stand(timer);
  };
  const again = (...args: Parameters<typeof setInterval>) => stand(setInterval(...args));
  globalThis.setTimeout = Object.assign(once, setTimeout);
  globalThis.setInterval = Object.assign(again, setInterval);
  globalThis.clearTimeout = (timer) => {
    standing.delete(timer);
    clearTimeout(timer);
  };
  globalThis.clearInterval = (timer) => {
    standing.delete(timer);
    clearInterval(timer);
  };
}

function stand<T>(timer: T): T {
  totals.timers++;
  standing.add(timer);
  return timer;
}

/** The same function, with what hangs on it. */
function counting<A extends unknown[], R, F extends (...args: A) => R>(
  what: keyof Counts,
  original: F & ((...args: A) => R),
): F {
  const wrapped = (...args: A): R => {
    totals[what]++;
    return original(...args);
  };
  return Object.assign(wrapped, original);
}

/** What each case makes per call, the loop that awaits it included. */
export async function counted(cases: readonly Case[], pace: Pace): Promise<readonly Counts[]> {
  const found: Counts[] = [];
  for (const of of cases) {
    const times = await warmUp(of, pace);
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
