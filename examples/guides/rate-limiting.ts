// Limits that keep to a rate, and limits that do not.
import { compose, Key, run, wrap } from '@inmesh/core';
import { constant } from '@inmesh/core/backoff';
import { virtualClock } from '@inmesh/core/testing';
import { keyedTokenBucket, tokenBucket } from '@inmesh/rate-limiter';
import { retry } from '@inmesh/retry';
import { timeout } from '@inmesh/timeout';

const tenant = new Key<string>('acme:tenant', 'nobody');

// #region usage
/** 50 a second, evenly spaced, as a provider may ask; who would wait longer than 500 ms is refused at once. */
const quota = tokenBucket({ ratePerSecond: 50, burst: 1, maxQueue: 100, maxWaitMs: 500, name: 'geocoder' });
const policy = compose(timeout(2_000), retry(), quota, timeout(500, { until: 'head' }));
/** 100 a second for each tenant; who sends more is refused at once. */
const perTenant = keyedTokenBucket({ key: (call) => call.get(tenant), ratePerSecond: 100, burst: 20, name: 'tenants' });
// #endregion
console.log(await run(policy, async () => 'located'));
console.log(await run(perTenant, async () => 'served'));

const ignore = () => {};
let requests = 0;
async function down(): Promise<never> {
  requests++;
  throw new Error('connection reset');
}
const again = () => retry({ attempts: 3, backoff: constant(0) });

// #region place
const calls = compose(tokenBucket({ ratePerSecond: 1, burst: 10 }), again()); // ❌ the provider counts requests
const attempts = compose(again(), tokenBucket({ ratePerSecond: 1, burst: 10 })); // ✅ and so does this
// #endregion
for (const [mark, each] of [['❌', calls] as const, ['✅', attempts] as const]) {
  requests = 0;
  const ask = wrap(each, down);
  for (let call = 0; call < 20; call++) await ask().catch(ignore);
  console.log(`${mark} a quota of 10, ${requests} requests`);
}

// #region per-call
const free = (n: number) => run(tokenBucket({ ratePerSecond: 1 }), async () => n); // ❌ a full bucket for each call
const limited = wrap(tokenBucket({ ratePerSecond: 1 }), async (_call, n: number) => n); // ✅
// #endregion
for (const [mark, each] of [['❌', free] as const, ['✅', limited] as const]) {
  let through = 0;
  for (let n = 0; n < 100; n++) {
    await each(n).then(
      () => through++,
      () => {},
    );
  }
  console.log(`${mark} ${through} of 100 calls at once went through`);
}

/** How many go in the second that begins with a full bucket. */
async function worstSecond(options: { ratePerSecond: number; burst?: number }): Promise<number> {
  const clock = virtualClock();
  const bucket = tokenBucket({ ...options, clock });
  let taken = 0;
  for (let ms = 0; ms < 1_000; ms++) {
    while (bucket.tryAcquire()) taken++;
    await clock.advance(1);
  }
  return taken;
}

// #region burst
const wholeSecond = { ratePerSecond: 100, burst: 100 }; // ❌ a full bucket and a second's refill
const tenth = { ratePerSecond: 100 }; // ✅ burst: 10
// #endregion
console.log(`❌ a quota of 100 a second, ${await worstSecond(wholeSecond)} in the worst one`);
console.log(`✅ a quota of 100 a second, ${await worstSecond(tenth)} in the worst one`);

const clock = virtualClock();
const [unbounded, bounded] = [0, 0].map(() => tokenBucket({ ratePerSecond: 100, clock })) as [never, never];
const abandoned = new AbortController();
const hang = () => new Promise<never>(() => {});

// #region overload
const rateOnly = wrap(unbounded, () => hang()); // ❌ 100 a second, for as long as they last
const rateAndTime = wrap(compose(bounded, timeout(500, { clock })), () => hang()); // ✅
// #endregion
let [piled, held] = [0, 0];
for (let ms = 0; ms < 10_000; ms += 10) {
  piled++;
  void rateOnly();
  held++;
  rateAndTime().catch(() => held--);
  await clock.advance(10);
}
console.log(`❌ the service hangs for 10 s: ${piled} calls under way`);
console.log(`✅ the service hangs for 10 s: ${held} calls under way`);

// #region queue
const patient = tokenBucket({ ratePerSecond: 10, maxQueue: 10_000, clock }); // ❌ a line that nobody would stand in
const honest = tokenBucket({ ratePerSecond: 10, maxQueue: 10_000, maxWaitMs: 500, clock }); // ✅
// #endregion
const { signal } = abandoned;
for (const bucket of [patient, honest]) for (let n = 0; n < 1_000; n++) bucket.acquire(1, { signal }).catch(ignore);
console.log(`❌ ${patient.waiting} wait, the next for ${patient.retryAfterMs / 1_000} s`);
console.log(`✅ ${honest.waiting} wait, the next for ${honest.retryAfterMs / 1_000} s, the others know at once`);
abandoned.abort();

// Output:
// located
// served
// ❌ a quota of 10, 30 requests
// ✅ a quota of 10, 10 requests
// ❌ 100 of 100 calls at once went through
// ✅ 1 of 100 calls at once went through
// ❌ a quota of 100 a second, 199 in the worst one
// ✅ a quota of 100 a second, 109 in the worst one
// ❌ the service hangs for 10 s: 1000 calls under way
// ✅ the service hangs for 10 s: 49 calls under way
// ❌ 999 wait, the next for 100 s
// ✅ 5 wait, the next for 0.6 s, the others know at once
