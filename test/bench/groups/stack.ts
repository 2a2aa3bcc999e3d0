import { ok } from 'node:assert/strict';

import { circuitBreaker } from '@inmesh/circuit-breaker';
import { compose, wrap } from '@inmesh/core';
import { tokenBucket } from '@inmesh/rate-limiter';
import { retry } from '@inmesh/retry';
import { timeout } from '@inmesh/timeout';

import { answersOne, bare, one, oneAfterSignal, type Case, type Group } from '../case.ts';
import { cockatiels, samplingBreaker, type Cockatiel } from '../contenders.ts';
import type { Peer } from '../peers.ts';

export const unread: Group = {
  name: 'stack',
  work: 'A call through retry, circuit breaker, timeout and limiter, whose signal nobody reads',
  cases: () => contenders(one),
};

export const read: Group = {
  name: 'stack-signal',
  work: 'The same, with a function that reads its signal',
  cases: () => contenders(oneAfterSignal),
};

type Work = (view: { readonly signal: AbortSignal }) => Promise<number>;

async function contenders(work: Work): Promise<readonly Case[]> {
  const others = (await cockatiels()).flatMap((peer) => [
    cockatiel(
      peer,
      work,
      undefined,
      true,
      'a bulkhead for the token bucket; makes a signal for each call, and aborts it',
    ),
    cockatiel(
      peer,
      work,
      'abortOnReturn: false',
      false,
      'a bulkhead for the token bucket; makes a signal for each call',
    ),
  ]);
  return [...bare, inmesh(work), ...others];
}

function inmesh(work: Work): Case {
  const breaker = circuitBreaker();
  const bucket = tokenBucket({ ratePerSecond: 1e8 }); // admits every call: a refusal would cost less
  const call = wrap(compose(retry(), breaker, timeout(1_000), bucket), work);
  return {
    by: 'inmesh',
    async check() {
      const { successes } = breaker.counts;
      await answersOne(call);
      ok(breaker.counts.successes === successes + 1);
    },
    async loop(times) {
      for (let i = 0; i < times; i++) await call();
    },
  };
}

function cockatiel(
  { by, module }: Peer<Cockatiel>,
  work: Work,
  how: string | undefined,
  abortOnReturn: boolean,
  differs: string,
): Case {
  const { ConstantBackoff, handleAll, TimeoutStrategy } = module;
  const policy = module.wrap(
    module.retry(handleAll, { maxAttempts: 2, backoff: new ConstantBackoff(1) }),
    samplingBreaker(module),
    module.timeout(1_000, { strategy: TimeoutStrategy.Cooperative, abortOnReturn }),
    module.bulkhead(100),
  );
  return {
    by,
    how,
    differs,
    check: () => answersOne(() => policy.execute(work)),
    async loop(times) {
      for (let i = 0; i < times; i++) await policy.execute(work);
    },
  };
}
