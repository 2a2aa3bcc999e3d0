import { strictEqual } from 'node:assert/strict';

import { circuitBreaker } from '@inmesh/circuit-breaker';
import { wrap, type Call, type Policy } from '@inmesh/core';
import { keyed } from '@inmesh/core/keyed';
import { seededRandom } from '@inmesh/core/testing';
import { keyedTokenBucket, tokenBucket } from '@inmesh/rate-limiter';

import type { Sized, Subject } from './subject.ts';
import { Weight } from './weight.ts';

const DRAWN = 2 ** 16; // each key often, or once if there are more

const few = { sizes: [1, 100, 10_000], callsPerSample: 50_000, share: 1 / 5 };
const many = { sizes: [1, 100, 10_000, 100_000], callsPerSample: 200_000, share: 1 / 10 };

export const keyedBreakers: Subject = ofKeyed('breaker', few, (size) => policyPerKey(() => circuitBreaker(), size));
export const keyedBuckets: Subject = ofKeyed('bucket', few, (size) =>
  policyPerKey(() => tokenBucket({ ratePerSecond: 1e8 }), size),
);
export const keyedTokenBuckets: Subject = ofKeyed('token-bucket', many, (size) =>
  keyedTokenBucket({ key: keyOf, ratePerSecond: 1e8, maxKeys: size }),
);

function ofKeyed(
  what: string,
  pace: Pick<Subject, 'sizes' | 'callsPerSample' | 'share'>,
  make: (size: number) => Policy,
): Subject {
  return {
    name: `keyed-${what}s`,
    work: `A call through the ${what} of a random key`,
    unit: 'keys',
    ...pace,
    bare: (size) => ofKeys(size, bare(0)),
    asLarge: (size, bytesEach) => ofKeys(size, bare(bytesEach)),
    make: (size) => ofKeys(size, () => wrap(make(size), async (_, _key: string) => 1)),
  };
}

type CallOfKey = (key: string) => Promise<number>;

/** Gives what calls, with a state of its own. */
type Make = () => CallOfKey;

/** The first argument of what is wrapped. */
const keyOf = (call: Call): string => (call.input as readonly string[])[0] ?? '';

const policyPerKey = (make: () => Policy, size: number): Policy => keyed(keyOf, make, { maxKeys: size });

/** A Map with an object for each key, of so many bytes, and no more. */
function bare(bytes: number): Make {
  return () => {
    const all = new Map<string, Weight>();
    return async (key) => {
      let one = all.get(key);
      if (one === undefined) all.set(key, (one = new Weight(bytes)));
      return 1 + one.touch();
    };
  };
}

async function ofKeys(size: number, make: Make): Promise<Sized> {
  const keys = Array.from({ length: size }, (_, index) => `tenant-${index}`);
  const random = seededRandom(7);
  const drawn = Array.from({ length: Math.max(DRAWN, size) }, () => keys[Math.floor(random() * size)] ?? '');
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
      for (let i = 0; i < times; i++) sum += await call(drawn[at++ % drawn.length] ?? '');
      strictEqual(sum, times);
    },
    hold: async () => ({ kept: await made(), release: async () => {} }),
  };
}
