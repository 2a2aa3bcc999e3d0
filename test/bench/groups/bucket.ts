import { ok, strictEqual } from 'node:assert/strict';

import { wrap } from '@inmesh/core';
import { tokenBucket } from '@inmesh/rate-limiter';

import { answersOne, bare, one, type Case, type Group } from '../case.ts';
import { peers, type Peer } from '../peers.ts';

const PLENTY = 1e8; // a second: every call is admitted

export const group: Group = {
  name: 'bucket',
  work: 'One token, of a limiter that has enough',
  async cases() {
    const [limiters, flexible, pLimits, bottlenecks] = await Promise.all([
      peers({ limiter: () => import('limiter') }),
      peers({ 'rate-limiter-flexible': () => import('rate-limiter-flexible') }),
      peers({ 'p-limit': () => import('p-limit') }),
      peers({ bottleneck: () => import('bottleneck') }),
    ]);
    return [
      ...bare,
      ...inmesh(),
      ...limiters.flatMap(limiter),
      ...flexible.map(rateLimiterFlexible),
      ...pLimits.map(pLimit),
      ...bottlenecks.map(bottleneck),
    ];
  },
};

function inmesh(): Case[] {
  const bucket = tokenBucket({ ratePerSecond: PLENTY });
  const call = wrap(bucket, one);
  return [
    {
      by: 'inmesh',
      check() {
        const slow = tokenBucket({ ratePerSecond: 0.001 });
        strictEqual(slow.tryAcquire(), true);
        strictEqual(slow.tryAcquire(), false);
        strictEqual(bucket.tryAcquire(), true);
      },
      loop(times) {
        for (let i = 0; i < times; i++) bucket.tryAcquire();
      },
    },
    {
      by: 'inmesh',
      how: 'awaited',
      check: () => bucket.acquire(),
      async loop(times) {
        for (let i = 0; i < times; i++) await bucket.acquire();
      },
    },
    {
      by: 'inmesh',
      how: 'around a call',
      check: () => answersOne(call),
      async loop(times) {
        for (let i = 0; i < times; i++) await call();
      },
    },
  ];
}

function limiter({ by, module }: Peer<typeof import('limiter')>): Case[] {
  const bucket = new module.TokenBucket({ bucketSize: PLENTY, tokensPerInterval: PLENTY, interval: 'second' });
  bucket.content = PLENTY; // it begins empty
  return [
    {
      by,
      check() {
        strictEqual(bucket.tryRemoveTokens(1), true);
      },
      loop(times) {
        for (let i = 0; i < times; i++) bucket.tryRemoveTokens(1);
      },
    },
    {
      by,
      how: 'awaited',
      async check() {
        ok((await bucket.removeTokens(1)) > 0);
      },
      async loop(times) {
        for (let i = 0; i < times; i++) await bucket.removeTokens(1);
      },
    },
  ];
}

function rateLimiterFlexible({ by, module }: Peer<typeof import('rate-limiter-flexible')>): Case {
  const memory = new module.RateLimiterMemory({ points: PLENTY, duration: 1, keyPrefix: '' });
  return {
    by,
    differs: 'counts in a fixed window of a second; always awaited',
    async check() {
      const { remainingPoints } = await memory.consume('key');
      ok(remainingPoints < PLENTY);
    },
    async loop(times) {
      for (let i = 0; i < times; i++) await memory.consume('key');
    },
  };
}

function pLimit({ by, module }: Peer<typeof import('p-limit')>): Case {
  const limit = module.default(10);
  return {
    by,
    how: 'around a call',
    differs: 'limits how many run at once, not how many a second',
    check: () => answersOne(() => limit(one)),
    async loop(times) {
      for (let i = 0; i < times; i++) await limit(one);
    },
  };
}

function bottleneck({ by, module }: Peer<typeof import('bottleneck')>): Case {
  const limits = new module.default({
    reservoir: PLENTY,
    reservoirRefreshAmount: PLENTY,
    reservoirRefreshInterval: 1_000,
  });
  return {
    by,
    how: 'around a call',
    check: () => answersOne(() => limits.schedule(one)),
    async loop(times) {
      for (let i = 0; i < times; i++) await limits.schedule(one);
    },
    close: () => limits.disconnect(),
  };
}
