import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';

import { wrap, type Call } from '@inmesh/core';
import { keyed } from '@inmesh/core/keyed';
import { seededRandom } from '@inmesh/core/testing';
import { keyedTokenBucket, tokenBucket, type TokenBucket } from '@inmesh/rate-limiter';

import { answersOne, bare, one, type Case, type Group } from '../case.ts';
import { peers, type Peer } from '../peers.ts';

const PLENTY = 1e8;
const ROW = 'keyedTokenBucket';
const KEYED = 'keyed(tokenBucket)';
const keys = Array.from({ length: 10_000 }, (_, index) => `tenant-${index}`);
const random = seededRandom(7);
/** Which key comes when: drawn before, and as many as a mask can wrap. */
const drawn = Array.from({ length: 2 ** 14 }, () => keys[Math.floor(random() * keys.length)] ?? '');
const MASK = drawn.length - 1;
const keyAt = (i: number): string => drawn[i & MASK] ?? '';

export const group: Group = {
  name: 'keyed',
  work: 'One token of the bucket of a random one of 10,000 keys',
  async cases() {
    const flexible = await peers({ 'rate-limiter-flexible': () => import('rate-limiter-flexible') });
    return [
      ...bare,
      ...(await inmesh()),
      ...(await inmeshKeyed()),
      ...(await Promise.all(flexible.map(rateLimiterFlexible))).flat(),
    ];
  },
};

/** The first argument of the functions below. */
const keyOf = (call: Call): string => (call.input as readonly string[])[0] ?? '';

async function inmesh(): Promise<Case[]> {
  const buckets = keyedTokenBucket({ key: keyOf, ratePerSecond: PLENTY, maxKeys: keys.length });
  const call = wrap(buckets, (_, _key: string) => one());
  for (const key of keys) await call(key);
  return [
    {
      by: 'inmesh',
      how: ROW,
      check() {
        const slow = keyedTokenBucket({ key: keyOf, ratePerSecond: 0.001 });
        const taken = ['a', 'a', 'b'].map((key) => slow.tryAcquire(key));
        deepStrictEqual(taken, [true, false, true]);
        strictEqual(buckets.size, keys.length);
        strictEqual(buckets.tryAcquire(keyAt(0)), true);
      },
      loop(times) {
        for (let i = 0; i < times; i++) buckets.tryAcquire(keyAt(i));
      },
    },
    {
      by: 'inmesh',
      how: `${ROW}, around a call`,
      check: () => answersOne(() => call(keyAt(0))),
      async loop(times) {
        for (let i = 0; i < times; i++) await call(keyAt(i));
      },
    },
  ];
}

async function inmeshKeyed(): Promise<Case[]> {
  const buckets = keyed(keyOf, () => tokenBucket({ ratePerSecond: PLENTY }), { maxKeys: keys.length });
  const call = wrap(buckets, (_, _key: string) => one());
  for (const key of keys) await call(key);
  const bucketOf = (key: string): TokenBucket | undefined => buckets.get(key);
  return [
    {
      by: 'inmesh',
      how: KEYED,
      differs: 'calls may wait in line; by hand, of a bucket that is there, which does not count as use of the key',
      check() {
        strictEqual(buckets.size, keys.length);
        strictEqual(bucketOf(keyAt(0))?.tryAcquire(), true);
      },
      loop(times) {
        for (let i = 0; i < times; i++) bucketOf(keyAt(i))?.tryAcquire();
      },
    },
    {
      by: 'inmesh',
      how: `${KEYED}, around a call`,
      differs: 'calls may wait in line',
      check: () => answersOne(() => call(keyAt(0))),
      async loop(times) {
        for (let i = 0; i < times; i++) await call(keyAt(i));
      },
    },
  ];
}

async function rateLimiterFlexible({ by, module }: Peer<typeof import('rate-limiter-flexible')>): Promise<Case[]> {
  const memory = new module.RateLimiterMemory({ points: PLENTY, duration: 1, keyPrefix: '' });
  for (const key of keys) await memory.consume(key);
  async function call(key: string): Promise<number> {
    await memory.consume(key);
    return await one();
  }
  return [
    {
      by,
      differs: 'counts in fixed windows of a second, with a timer for each key; always awaited',
      async check() {
        ok((await memory.consume(keyAt(0))).consumedPoints > 0);
      },
      async loop(times) {
        for (let i = 0; i < times; i++) await memory.consume(keyAt(i));
      },
    },
    {
      by,
      how: 'around a call',
      differs: 'the same, and then the call, in an async function',
      check: () => answersOne(() => call(keyAt(0))),
      async loop(times) {
        for (let i = 0; i < times; i++) await call(keyAt(i));
      },
    },
  ];
}
