import { strictEqual } from 'node:assert/strict';

import { circuitBreaker } from '@inmesh/circuit-breaker';
import { wrap, type Policy } from '@inmesh/core';
import { keyed } from '@inmesh/core/keyed';
import { seededRandom } from '@inmesh/core/testing';
import { tokenBucket } from '@inmesh/rate-limiter';

import type { Sized, Subject } from './subject.ts';
import { Weight } from './weight.ts';

const SIZES = [1, 100, 10_000];
const DRAWN = 2 ** 16; // each key often

export const keyedBreakers: Subject = ofPolicy('breaker', () => circuitBreaker());
export const keyedBuckets: Subject = ofPolicy('bucket', () => tokenBucket({ ratePerSecond: 1e8 }));

function ofPolicy(what: string, make: () => Policy): Subject {
  return {
    name: `keyed-${what}s`,
    work: `A call through the ${what} of a random key`,
    unit: 'keys',
    sizes: SIZES,
    callsPerSample: 50_000,
    share: 1 / 5,
    bare: (size) => ofKeys(size, bare(0)),
    asLarge: (size, bytesEach) => ofKeys(size, bare(bytesEach)),
    make: (size) => ofKeys(size, policyPerKey(make, size)),
  };
}

type CallOfKey = (key: string) => Promise<number>;

/** Gives what calls, with a state of its own. */
type Make = () => CallOfKey;

function policyPerKey(make: () => Policy, size: number): Make {
  return () => {
    const policy = keyed((call) => (call.input as readonly string[])[0] ?? '', make, { maxKeys: size }); // the arguments below
    return wrap(policy, async (_, _key: string) => 1);
  };
}

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
