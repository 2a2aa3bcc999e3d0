// Breakers that help, and breakers that do not.
import { circuitBreaker, CircuitOpenError, failureRatio } from '@inmesh/circuit-breaker';
import { slices } from '@inmesh/circuit-breaker/slices';
import { compose, isError, run, wrap } from '@inmesh/core';
import { constant } from '@inmesh/core/backoff';
import { wrapFetch } from '@inmesh/fetch';
import { retry } from '@inmesh/retry';
import { timeout } from '@inmesh/timeout';

// #region usage
const breaker = circuitBreaker({ name: 'prices' }); // once, beside what it guards
const policy = compose(timeout(2_000), retry(), breaker, timeout(500, { until: 'head' }));
const priceOf = wrap(policy, (_call, sku: string) => askPrice(sku), { name: 'priceOf' });
// #endregion

const ignore = () => {};
let requests = 0;
async function askPrice(_sku: string): Promise<number> {
  requests++;
  throw new Error('connection refused');
}

// #region fallback
const lastKnown = new Map([['sku-7', 12]]);
/** ✅ Answers with what is known while the service has its pause. */
async function price(sku: string): Promise<number | undefined> {
  try {
    return await priceOf(sku);
  } catch (error) {
    if (isError(error, CircuitOpenError)) return lastKnown.get(sku);
    throw error;
  }
}
// #endregion
for (let call = 0; call < 10 && breaker.state === 'closed'; call++) await price('sku-7').catch(ignore);
console.log(`${breaker.state} after ${requests} requests, and the price is ${await price('sku-7')}`);

// #region per-call
const ask = (sku: string) => run(circuitBreaker(), () => askPrice(sku)); // ❌ each call has a circuit of its own
const guarded = wrap(circuitBreaker(), (_call, sku: string) => askPrice(sku)); // ✅
// #endregion
for (const [mark, each] of [['❌', ask] as const, ['✅', guarded] as const]) {
  requests = 0;
  for (let call = 0; call < 100; call++) await each('sku-7').catch(ignore);
  console.log(`${mark} 100 calls to what is down, ${requests} requests`);
}

async function readShard(shard: number): Promise<string> {
  if (shard === 3) throw new Error('disk failure');
  return `rows of shard ${shard}`;
}

// #region shards
const trip = failureRatio({ ratio: 0.05 });
const forAll = wrap(circuitBreaker({ trip }), (_call, shard: number) => readShard(shard)); // ❌
const parts = slices({ attributes: { shard: (call) => (call.input as [number])[0] }, name: 'rows' });
const forEach = wrap(parts, (_call, shard: number) => readShard(shard)); // ✅
// #endregion
for (const [mark, read] of [['❌', forAll] as const, ['✅', forEach] as const]) {
  let answers = 0;
  for (let call = 0; call < 1_000; call++) {
    await read(call % 10).then(
      () => answers++,
      () => {},
    );
  }
  console.log(`${mark} one shard of ten is broken: ${answers} of 1000 calls answered`);
}

console.log(`✅ open: ${parts.open.map(({ name }) => name).join()}`);

let attempts = 0;
const everySecond = async () => {
  if (++attempts % 2 === 1) throw new Error('connection reset');
};

// #region order
const outside = circuitBreaker();
const saved = compose(outside, retry({ backoff: constant(0) })); // ❌ sees only what retries could not save
const inside = circuitBreaker();
const seen = compose(retry({ backoff: constant(0) }), inside); // ✅ sees every attempt
// #endregion
for (const each of [saved, seen]) {
  const call = wrap(each, everySecond);
  for (let n = 0; n < 30; n++) await call().catch(ignore);
}
console.log(`❌ every second request fails: ${outside.state}, ${outside.counts.failures} failures`);
console.log(`✅ every second request fails: ${inside.state}, ${inside.counts.failures} failures`);

const found = async (_url: string) => new Response('no such item', { status: 404 });
const [strict, lenient] = [circuitBreaker(), circuitBreaker()];

// #region client-errors
const loud = wrap(strict, async () => {
  const response = await found('/items/nope');
  if (!response.ok) throw new Error(`HTTP ${response.status}`); // ❌ a 404 looks like an outage
  return response;
});
const api = wrapFetch(lenient, { fetch: found }); // ✅ judges by status; look at `ok` outside
// #endregion
for (let n = 0; n < 30; n++) {
  await loud().catch(ignore);
  await api('/items/nope');
}
console.log(`❌ 30 × 404: ${strict.state}`);
console.log(`✅ 30 × 404: ${lenient.state}`);

// Output:
// open after 20 requests, and the price is 12
// ❌ 100 calls to what is down, 100 requests
// ✅ 100 calls to what is down, 20 requests
// ❌ one shard of ten is broken: 21 of 1000 calls answered
// ✅ one shard of ten is broken: 900 of 1000 calls answered
// ✅ open: rows{shard=3}
// ❌ every second request fails: closed, 0 failures
// ✅ every second request fails: open, 11 failures
// ❌ 30 × 404: open
// ✅ 30 × 404: closed
