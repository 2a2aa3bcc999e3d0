// Limits that help, and limits that do not.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as later } from 'node:timers/promises';
import { compose, isError, wrap, type CallView } from '@inmesh/core';
import { wrapFetch } from '@inmesh/fetch';
import { constant } from '@inmesh/core/backoff';
import { retry } from '@inmesh/retry';
import { timeout, TimeoutError } from '@inmesh/timeout';

// #region usage
const policy = compose(
  timeout(2_000), // what the caller is ready to wait, waits between attempts and the body included
  retry({ attempts: 3 }),
  timeout(500, { until: 'head' }), // what one server may take until its answer begins
);
// #endregion
console.log(await wrap(policy, async () => 'in time')());

const message = (error: Error) => error.message;

/** Hangs the first time, answers the second. */
async function hangsOnce({ attempt, signal }: CallView): Promise<string> {
  if (attempt === 1) await later(60_000, undefined, { signal });
  return `attempt ${attempt} answered`;
}

// #region one-limit
const oneLimit = compose(timeout(100), retry()); // ❌ one attempt that hangs uses it up
const twoLimits = compose(timeout(1_000), retry(), timeout(100, { until: 'head' })); // ✅
// #endregion
console.log('❌', await wrap(oneLimit, hangsOnce)().catch(message));
console.log('✅', await wrap(twoLimits, hangsOnce)().catch(message));

const running = new Set<Promise<unknown>>();
async function runQuery(signal?: AbortSignal): Promise<void> {
  const query = later(300, undefined, { signal });
  running.add(query);
  await query.finally(() => running.delete(query));
}

// #region signal
const deaf = wrap(timeout(20), () => runQuery()); // ❌ nobody tells the query
const told = wrap(timeout(20), ({ signal }) => runQuery(signal)); // ✅
// #endregion
const late = await deaf().catch(message);
console.log('❌', late, `and ${running.size} query still runs`);
await Promise.all(running);
const ended = await told().catch(message);
await later(1);
console.log('✅', ended, `and ${running.size} queries still run`);

const server = createServer((_, response) => {
  response.write('the first part, ');
  setTimeout(() => response.end('the last part'), 400);
});
await once(server.listen(0, '127.0.0.1'), 'listening');
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/export`;

// #region body
const cutOff = wrapFetch(timeout(200)); // ❌ for an answer that may last: the body counts
const begun = wrapFetch(timeout(200, { until: 'head' })); // ✅ once it has begun, it may take its time
// #endregion
const terminated = (error: Error) => `${error.message}, because it ${(error.cause as Error).message}`;
console.log('❌', await cutOff(url).then((response) => response.text().catch(terminated)));
console.log('✅', await begun(url).then((response) => response.text()));
server.close();

// #region busy
const busy = wrap(timeout(10), async () => {
  const until = performance.now() + 50;
  while (performance.now() < until); // ❌ while this runs, no timer does
  return 'answered';
});
console.log('❌', await busy()); // prints: ❌ answered, although the limit was 10 ms and it took 50
// #endregion

// #region deadline
/** ✅ Tells the other side how long its answer is of any use. */
const ask = wrap(timeout(800), ({ signal, deadline }, path: string) =>
  send(path, { signal, headers: { 'x-timeout-ms': String(Math.floor(deadline - performance.now())) } }),
);
// #endregion
async function send(path: string, { headers }: { signal: AbortSignal; headers: { 'x-timeout-ms': string } }) {
  const left = Number(headers['x-timeout-ms']);
  return `${path} was asked with ${left > 0 && left <= 800 ? 'what is left of 800 ms' : `${left} ms`}`;
}
console.log('✅', await ask('/items/7'));

// #region errors
const quote = wrap(compose(retry({ backoff: constant(5) }), timeout(20, { name: 'quotes' })), ({ signal }) =>
  later(60_000, 'a quote', { signal }),
);
const answer = await quote().catch((error: unknown) => {
  if (!isError(error, TimeoutError)) throw error;
  return 'no quote today'; // what became of the request is not known: show it as late, not as failed
});
// #endregion
console.log(answer);

// Output:
// in time
// ❌ timed out after 100 ms
// ✅ attempt 2 answered
// ❌ timed out after 20 ms and 1 query still runs
// ✅ timed out after 20 ms and 0 queries still run
// ❌ terminated, because it timed out after 200 ms
// ✅ the first part, the last part
// ❌ answered
// ✅ /items/7 was asked with what is left of 800 ms
// no quote today
