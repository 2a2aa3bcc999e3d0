// Retries and what they call, for this package's tests.
import type { Policy } from '@inmesh/core';
import { constant } from '@inmesh/core/backoff';
import { virtualClock, type VirtualClock } from '@inmesh/core/testing';

import { retry, type RetryOptions } from './src/index.ts';

export const down = new Error('down');

/** Fails so often, then answers; says how often it was called. */
export function failing(times: number, error: unknown = down): { fn: () => Promise<string>; readonly calls: number } {
  let calls = 0;
  const fn = async () => {
    if (++calls <= times) throw error;
    return 'up';
  };
  return {
    fn,
    get calls() {
      return calls;
    },
  };
}

/** A clock, and a retry on it that waits for whole steps of 10 ms. */
export function slowly(options: RetryOptions = {}): { clock: VirtualClock; policy: Policy } {
  const clock = virtualClock();
  return { clock, policy: retry({ clock, backoff: constant(10), ...options }) };
}
