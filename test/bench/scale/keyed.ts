import { strictEqual } from 'node:assert/strict';

import { circuitBreaker } from '@inmesh/circuit-breaker';
import { wrap, type Policy } from '@inmesh/core';
import { keyed } from '@inmesh/core/keyed';
import { seededRandom } from '@inmesh/core/testing';
import { tokenBucket } from '@inmesh/rate-limiter';

import type { Sized, Subject } from './subject.ts';

const SIZES = [1, 100, 10_000];
const DRAWN = 2 ** 14;

export const keyedBreakers: Subject = {
  name: 'keyed-breakers',
  work: 'A call through the breaker of a random key',
  unit: 'keys',
  sizes: SIZES,
  callsPerSample: 5_000,
  bare: (size) =>
    ofKeys(
      size,
      perKey(() => ({ calls: 0 })),
    ),
  make: (size) =>
    ofKeys(
      size,
      policyPerKey(() => circuitBreaker(), size),
    ),
};

export const keyedBuckets: Subject = {
  name: 'keyed-buckets',
  work: 'A call through the bucket of a random key',
  unit: 'keys',
  sizes: SIZES,
  callsPerSample: 5_000,
  make: (size) =>
    ofKeys(
      size,
      policyPerKey(() => tokenBucket({ ratePerSecond: 1e8 }), size),
    ),
};

type CallOfKey = (key: string) => Promise<number>;

/** Gives what calls, with a state of its own. */
type Make = () => CallOfKey;

function policyPerKey(make: () => Policy, size: number): Make {
  return () => {
    const policy = keyed((call) => (call.input as readonly string[])[0] ?? '', make, { maxKeys: size }); // the arguments below
    return wrap(policy, async (_, _key: string) => 1);
  };
}

/** A Map with an object for each key, and no more. */
function perKey(make: () => { calls: number }): Make {
  return () => {
    const all = new Map<string, { calls: number }>();
    return async (key) => {
      let one = all.get(key);
      if (one === undefined) all.set(key, (one = make()));
      one.calls++;
      return 1;
    };
  };
}

async function ofKeys(size: number, make: Make): Promise<Sized> {
  const keys = Array.from({ length: size }, (_, index) => `tenant-${index}`);
  const random = seededRandom(7);
  const drawn = Array.from({ length: DRAWN }, () => keys[Math.floor(random() * size)] ?? '');
  const call = await made();
  let at = 0;

  async function made(): Promise<CallOfKey> {
    const fresh = make();
    for (const key of keys) await fresh(key);
    return fresh;
  }
  return {
    async loop(times) {
      let sum = 0;
      for (let i = 0; i < times; i++) sum += await call(drawn[at++ % DRAWN] ?? '');
      strictEqual(sum, times);
    },
    hold: async () => ({ kept: await made(), release: async () => {} }),
  };
}
