import { wrap } from '@inmesh/core';
import { retry } from '@inmesh/retry';

import { answersOne, bare, one, type Case, type Group } from '../case.ts';
import { cockatiels } from '../contenders.ts';
import { peers, type Peer } from '../peers.ts';

type PRetry = typeof import('p-retry-7');

export const group: Group = {
  name: 'retry',
  work: 'A call with up to two retries, that succeeds at once',
  async cases() {
    const pRetries = await peers<PRetry>({
      'p-retry-7': () => import('p-retry-7'),
      'p-retry-9': () => import('p-retry-9'),
    });
    return [...bare, inmesh(), ...(await cockatiels()).map(cockatiel), ...pRetries.map(pRetry)];
  },
};

function inmesh(): Case {
  const call = wrap(retry(), one);
  return {
    by: 'inmesh',
    check: () => answersOne(call),
    async loop(times) {
      for (let i = 0; i < times; i++) await call();
    },
  };
}

function cockatiel({ by, module }: Awaited<ReturnType<typeof cockatiels>>[number]): Case {
  const policy = module.retry(module.handleAll, { maxAttempts: 2, backoff: new module.ExponentialBackoff() });
  return {
    by,
    check: () => answersOne(() => policy.execute(one)),
    async loop(times) {
      for (let i = 0; i < times; i++) await policy.execute(one);
    },
  };
}

function pRetry({ by, module }: Peer<PRetry>): Case {
  const retried = module.makeRetriable(one, { retries: 2 });
  return {
    by,
    differs: 'reads its options at every call',
    check: () => answersOne(retried),
    async loop(times) {
      for (let i = 0; i < times; i++) await retried();
    },
  };
}
