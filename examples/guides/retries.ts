// Retries that help, and retries that make it worse.
import { circuitBreaker } from '@inmesh/circuit-breaker';
import { compose, wrap } from '@inmesh/core';
import { defineProtocol } from '@inmesh/core/protocols';
import { constant, exponential, type Backoff } from '@inmesh/core/backoff';
import { seededRandom } from '@inmesh/core/testing';
import { retry } from '@inmesh/retry';
import { timeout } from '@inmesh/timeout';

// #region usage
const policy = compose(
  timeout(2_000), // bounds all attempts and the waits between them
  retry(), // 3 attempts, 2 waits
  circuitBreaker({ name: 'stock' }), // ends the retries when it is down
  timeout(500, { until: 'head' }), // what hangs is a failed attempt
);
// #endregion
console.log(await wrap(policy, async ({ attempt }) => `attempt ${attempt} was enough`)());

const soon = { backoff: constant(1) };
const ignore = () => {};
let charges = 0;
async function charge(): Promise<void> {
  charges++;
  throw new Error('connection reset'); // the card was charged, the answer was lost
}

// #region twice
const careless = wrap(retry(), charge); // ❌ of a plain function we take it that it may be done twice
const payments = defineProtocol({ idempotent: () => false });
const careful = wrap(retry(), charge, { protocol: payments }); // ✅
// #endregion
await careless().catch(ignore);
console.log(`❌ charged ${charges} times`);
charges = 0;
await careful().catch(ignore);
console.log(`✅ charged ${charges} time`);

let requests = 0;
async function down(): Promise<never> {
  requests++;
  throw new Error('connection refused');
}
const getUser = wrap(retry(soon), down);

// #region layers
async function persistently<T>(ask: () => Promise<T>): Promise<T> {
  for (let left = 3; ; left--) {
    try {
      return await ask(); // ❌ `ask` retries too: the attempts multiply
    } catch (error) {
      if (left === 1) throw error;
    }
  }
}
// #endregion
await persistently(getUser).catch(ignore);
console.log(`❌ one call, ${requests} requests`);
requests = 0;
await wrap(compose(retry(soon), retry(soon)), down)().catch(ignore);
console.log(`✅ one call, ${requests} requests: a retry in a retry does not begin anew`);

/** How many of 1000 clients that failed together come back within the same 5 ms. */
function crowd(backoff: Backoff): number {
  const random = seededRandom(1);
  const slots = new Map<number, number>();
  for (let client = 0; client < 1_000; client++) {
    const slot = Math.floor(backoff(1, random, 0) / 5);
    slots.set(slot, (slots.get(slot) ?? 0) + 1);
  }
  return Math.max(...slots.values());
}

// #region jitter
const together = constant(100); // ❌ whoever failed together comes back together
const spread = exponential({ baseMs: 100 }); // ✅ drawn from the whole range
// #endregion
console.log(`❌ ${crowd(together)} of 1000 clients within the same 5 ms`);
console.log(`✅ ${crowd(spread)} of 1000 clients within the same 5 ms`);

// #region outage
const stubborn = retry({ attempts: 10, ...soon }); // ❌
const sensible = compose(retry({ attempts: 3, ...soon }), circuitBreaker()); // ✅
// #endregion
for (const [mark, each] of [['❌', stubborn] as const, ['✅', sensible] as const]) {
  requests = 0;
  const ask = wrap(each, down);
  for (let call = 0; call < 100; call++) await ask().catch(ignore);
  console.log(`${mark} 100 calls to what is down, ${requests} requests`);
}

const prices = [undefined, 12];
const priceOf = async (): Promise<number> => {
  const price = prices.shift();
  if (price === undefined) throw new Error('connection reset');
  return price;
};

// #region swallowed
const swallowed = wrap(retry(), () => priceOf().catch(() => 0)); // ❌ the retry sees a success
const caught = () => wrap(retry(), priceOf)().catch(() => 0); // ✅ caught when all attempts failed
// #endregion
console.log('❌ the price is', await swallowed());
prices.unshift(undefined);
console.log('✅ the price is', await caught());

// Output:
// attempt 1 was enough
// ❌ charged 3 times
// ✅ charged 1 time
// ❌ one call, 9 requests
// ✅ one call, 3 requests: a retry in a retry does not begin anew
// ❌ 1000 of 1000 clients within the same 5 ms
// ✅ 61 of 1000 clients within the same 5 ms
// ❌ 100 calls to what is down, 1000 requests
// ✅ 100 calls to what is down, 20 requests
// ❌ the price is 0
// ✅ the price is 12
