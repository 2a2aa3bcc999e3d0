// Compiled, never run: what the types have to say to somebody who has the strictest settings.
import { compose, isError, run, wrap, type Layer, type Policy } from '@inmesh/core';
import { keyed } from '@inmesh/core/keyed';
import { circuitBreaker, CircuitOpenError, type CircuitBreaker } from '@inmesh/circuit-breaker';
import { exponential } from '@inmesh/core/backoff';
import { Deadlines } from '@inmesh/core/deadlines';
import { positiveMs } from '@inmesh/core/options';
import { virtualClock } from '@inmesh/core/testing';
import { RollingCounts } from '@inmesh/core/window';
import { wrapFetch } from '@inmesh/fetch';
import type { HttpPolicy } from '@inmesh/http';
import { loadBalancer } from '@inmesh/load-balancer';
import { createRegistry, measured } from '@inmesh/metrics';
import { tokenBucket } from '@inmesh/rate-limiter';
import { retry } from '@inmesh/retry';
import { timeout, TimeoutError } from '@inmesh/timeout';

const balancer = loadBalancer({ endpoints: ['http://one.test', { origin: 'http://two.test', weight: 2 }] });
const perName = keyed(
  (call) => call.name,
  (name): CircuitBreaker => circuitBreaker({ name }),
);
export const state: string | undefined = perName.get('users')?.state;
export const policy: Policy = compose(
  measured(createRegistry()),
  tokenBucket({ ratePerSecond: 10 }),
  timeout(2_000),
  retry({ backoff: exponential({ baseMs: 10 }) }),
  perName,
  balancer,
);

export const api: typeof fetch = wrapFetch(policy);
export const getUser: (id: string) => Promise<{ id: string }> = wrap(policy, async (_call, id: string) => ({ id }));

const checked: HttpPolicy = (next) => async (call) => {
  const response = await next(call);
  if (response.status === 204) throw new Error('empty');
  return response;
};
export const strictApi: typeof fetch = wrapFetch(compose<Response>(policy, checked));

const doubled: Layer<number> = (next) => async (call) => 2 * (await next(call));
export const four: Promise<number> = run(compose(policy, doubled), async () => 2);

export const describe = (error: unknown): number | undefined => {
  if (isError(error, TimeoutError)) return error.limitMs;
  return isError(error, CircuitOpenError) ? error.retryAfterMs : undefined;
};
export const others: unknown[] = [
  new Deadlines(virtualClock(), 10),
  new RollingCounts(2, positiveMs({ windowMs: 10 })),
];

// @ts-expect-error an option that is misspelt
retry({ atempts: 2 });
// @ts-expect-error a limit that is no number
timeout('500');
// @ts-expect-error a layer of numbers around a function that gives text
void run(doubled, async () => 'two');
// @ts-expect-error a function that is called with what it does not take
void getUser(7);
