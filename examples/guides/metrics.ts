// Numbers that tell something, and numbers that do not.
import { circuitBreaker, consecutiveFailures } from '@inmesh/circuit-breaker';
import { compose, wrap } from '@inmesh/core';
import { constant } from '@inmesh/core/backoff';
import { wrapFetch } from '@inmesh/fetch';
import { createRegistry, measured } from '@inmesh/metrics';
import { retry } from '@inmesh/retry';
import { timeout } from '@inmesh/timeout';

// #region usage
const registry = createRegistry();
const metrics = measured(registry); // first of all, so that it hears of every circuit and endpoint
const policy = compose(metrics, timeout(2_000), retry(), circuitBreaker({ name: 'catalog' }));
const getItem = wrap(policy, async (_call, id: string) => `item ${id}`, { name: 'getItem' });
// #endregion
console.log(await getItem('7'));

/** The lines of a page that match, without the metric's first words. */
function lines(page: { metrics(): string }, shown: RegExp): string[] {
  return page
    .metrics()
    .split('\n')
    .filter((line) => shown.test(line));
}

const answer = async (_url: string) => new Response('an item');
const [byUrl, byName] = [createRegistry(), createRegistry()];

// #region names
const perUrl = wrapFetch(measured(byUrl), { fetch: answer, name: (url) => url }); // ❌ a series for each URL
const perOperation = wrapFetch(measured(byName), { fetch: answer, name: 'getItem' }); // ✅
// #endregion
for (let id = 0; id < 500; id++) {
  await (await perUrl(`http://catalog/items/${id}`)).text();
  await (await perOperation(`http://catalog/items/${id}`)).text();
}
console.log(`❌ 500 calls: ${lines(byUrl, /^[a-z]/).length} lines for every scrape`);
console.log(`✅ 500 calls: ${lines(byName, /^[a-z]/).length} lines for every scrape`);

const twoFailures = async ({ attempt }: { attempt: number }) => {
  if (attempt < 3) throw new Error('connection reset');
};
const [withinRetry, aroundRetry] = [createRegistry(), createRegistry()];

// #region place
const within = compose(retry({ backoff: constant(1) }), measured(withinRetry)); // ❌ counts attempts as calls
const around = compose(measured(aroundRetry), retry({ backoff: constant(1) })); // ✅ counts what callers see
// #endregion
await wrap(within, twoFailures, { name: 'getItem' })();
await wrap(around, twoFailures, { name: 'getItem' })();
const counted = /^(http_client_request_duration_seconds|upstream_rq_attempts)_(count|sum)/;
for (const line of lines(withinRetry, counted)) if (!line.includes('seconds_sum')) console.log('❌', short(line));
for (const line of lines(aroundRetry, counted)) if (!line.includes('seconds_sum')) console.log('✅', short(line));

function short(line: string): string {
  return line.replaceAll(/[a-z_]+="",?/g, '').replace(',}', '}');
}

// #region tail
const seconds = registry.histogram({ name: 'db_query_seconds', help: 'How long queries took.' });
for (let n = 0; n < 1_000; n++) seconds.observe(n % 50 === 0 ? 1.2 : 0.01); // every 50th waits for a lock

const { sum, count } = seconds.labels();
console.log(`❌ mean ${(sum / count).toFixed(3)} s`);
console.log(`✅ p50 ${seconds.quantile(0.5).toFixed(3)} s, p99 ${seconds.quantile(0.99).toFixed(3)} s`);
// #endregion

const broken = async (): Promise<string> => {
  throw new Error('connection refused');
};

// #region late
const early = circuitBreaker({ name: 'stock', trip: consecutiveFailures(2) });
const ask = wrap(early, broken);
for (let n = 0; n < 2; n++) await ask().catch(() => {});

const tooLate = createRegistry();
const deafToIt = measured(tooLate); // ❌ the circuit opened before
console.log('❌', lines(tooLate, /^circuit_breaker_state/).length, 'circuits known');
console.log('✅', lines(registry, /^circuit_breaker_state.*"open"/).join()); // made at the start
// #endregion
deafToIt.close();
metrics.close();

// Output:
// item 7
// ❌ 500 calls: 14000 lines for every scrape
// ✅ 500 calls: 28 lines for every scrape
// ❌ http_client_request_duration_seconds_count{operation="getItem",error_type="Error"} 2
// ❌ http_client_request_duration_seconds_count{operation="getItem"} 1
// ❌ upstream_rq_attempts_sum{operation="getItem"} 6
// ❌ upstream_rq_attempts_count{operation="getItem"} 3
// ✅ http_client_request_duration_seconds_count{operation="getItem"} 1
// ✅ upstream_rq_attempts_sum{operation="getItem"} 3
// ✅ upstream_rq_attempts_count{operation="getItem"} 1
// ❌ mean 0.034 s
// ✅ p50 0.010 s, p99 1.195 s
// ❌ 0 circuits known
// ✅ circuit_breaker_state{circuit="stock",state="open"} 1
