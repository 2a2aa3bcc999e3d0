// Policies of one's own that hold together, and some that do not.
import { AsyncLocalStorage } from 'node:async_hooks';
import { circuitBreaker } from '@inmesh/circuit-breaker';
import { compose, RejectedError, run, wrap, type Policy } from '@inmesh/core';
import { observed } from '@inmesh/core/observed';
import { HeldResult, heldProtocol } from '@inmesh/core/testing';
import { wrapFetch } from '@inmesh/fetch';

// #region usage
class BusyError extends RejectedError {
  static readonly code = 'ERR_BUSY';
  override readonly name = 'BusyError';
  override readonly code = 'ERR_BUSY'; // a literal: `isError` knows it by that, in any copy
}

/** Lets `limit` calls through at a time and refuses the rest. One value counts together whatever it wraps. */
const atMost = (limit: number): Policy => {
  let inFlight = 0;
  const place = { over: () => void inFlight-- };
  return (next) =>
    function admitted(call) {
      if (inFlight >= limit) return Promise.reject(new BusyError(`${inFlight} under way`, { policy: 'at-most' }));
      inFlight++;
      return next(call).then(
        (result) => {
          call.protocol.hold(result, place); // until the body is over, at once if there is none
          return result;
        },
        (error: unknown) => {
          inFlight--;
          throw error;
        },
      );
    };
};
// #endregion

const breaker = circuitBreaker({ name: 'prices' });
const price = wrap(compose(breaker, atMost(2)), async (_call, sku: string) => `price of ${sku}`);
const answers = await Promise.allSettled(['a', 'b', 'c'].map((sku) => price(sku)));
const said = answers.map((each) => (each.status === 'fulfilled' ? each.value : (each.reason as BusyError).code));
console.log(`${said.join(', ')}; breaker: ${breaker.counts.failures} failures`);

// #region too-early
const untilHead = (limit: number): Policy => {
  let inFlight = 0;
  return (next) => (call) => {
    if (inFlight >= limit) return Promise.reject(new BusyError(`${inFlight} under way`, { policy: 'until-head' }));
    inFlight++;
    return next(call).finally(() => inFlight--); // ❌ the head of the answer is there, its body may last an hour
  };
};
const untilOver = atMost; // ✅
// #endregion
for (const [mark, policy] of [['❌', untilHead(1)] as const, ['✅', untilOver(1)] as const]) {
  const downloads: HeldResult[] = [];
  const download = wrap(policy, async () => downloads[downloads.push(new HeldResult()) - 1], {
    protocol: heldProtocol,
  });
  for (let call = 0; call < 3; call++) await download().catch(() => {});
  console.log(`${mark} one at a time: ${downloads.length} downloads under way`);
}

// #region promise
let rejected = 0;
const countsRejections: Policy = (next) => (call) =>
  next(call).catch((error: unknown) => {
    rejected++; // ❌ a 503 fulfils
    throw error;
  });
let failures = 0;
const countsFailures = observed((_call, { verdict }) => {
  if (verdict.health === 'failure') failures++; // ✅ as retry, breaker and metrics judge it, and a body that dies too
});
// #endregion
const down = async (_url: string) => new Response(null, { status: 503 });
const api = wrapFetch(compose(countsRejections, countsFailures), { fetch: down });
for (let call = 0; call < 10; call++) await (await api('http://prices/')).text();
console.log(`❌ 10 × 503: ${rejected} failures`);
console.log(`✅ 10 × 503: ${failures} failures`);

const tenant = new AsyncLocalStorage<string>();

// #region context
const batched = (wait: <T>(send: () => Promise<T>, queue: (() => void)[]) => Promise<T>): Policy => {
  const queue: (() => void)[] = [];
  const flush = () => queue.splice(0).forEach((go) => go());
  return (next) => (call) => {
    if (queue.length === 0) setTimeout(flush, 1);
    return wait(() => next(call), queue);
  };
};
const inTheTimer = batched((send, queue) => new Promise((resolve) => queue.push(() => resolve(send())))); // ❌
const inItsOwn = batched((send, queue) => new Promise<void>((resolve) => queue.push(resolve)).then(send)); // ✅
// #endregion
for (const [mark, policy] of [['❌', inTheTimer] as const, ['✅', inItsOwn] as const]) {
  const ask = (name: string) => tenant.run(name, () => run(policy, () => Promise.resolve(tenant.getStore())));
  console.log(`${mark} sent for ada and bob, seen as ${(await Promise.all([ask('ada'), ask('bob')])).join(' and ')}`);
}

// Output:
// price of a, price of b, ERR_BUSY; breaker: 0 failures
// ❌ one at a time: 3 downloads under way
// ✅ one at a time: 1 downloads under way
// ❌ 10 × 503: 0 failures
// ✅ 10 × 503: 10 failures
// ❌ sent for ada and bob, seen as ada and ada
// ✅ sent for ada and bob, seen as ada and bob
