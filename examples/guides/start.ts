// Five minutes: a fetch that retries, a circuit that opens, and the numbers of it.

// #region service
import { once } from 'node:events';
import { createServer } from 'node:http';

let well = true;
let requests = 0;
const service = createServer((_, response) => {
  requests++;
  response.writeHead(!well || requests % 2 ? 503 : 200).end('item 7'); // at best it answers every second request
});
await once(service.listen(8082), 'listening');
service.unref().on('connection', (socket) => socket.unref()); // so that the program ends by itself
// #endregion

// #region wrap
import { circuitBreaker, consecutiveFailures } from '@inmesh/circuit-breaker';
import { circuitChannel, compose } from '@inmesh/core';
import { wrapFetch } from '@inmesh/fetch';
import { createRegistry, measured } from '@inmesh/metrics';
import { retry } from '@inmesh/retry';
import { timeout } from '@inmesh/timeout';

const registry = createRegistry();
const policy = compose(
  measured(registry), // counts and times what callers see
  timeout(2_000), // for all of it
  retry(), // up to 3 attempts
  circuitBreaker({ name: 'catalog', trip: consecutiveFailures(5) }),
  timeout(500, { until: 'head' }), // for each attempt, until its answer begins
);
const api = wrapFetch(policy, { name: 'getItem' });
// #endregion

// #region retry
const response = await api('http://127.0.0.1:8082/items/7');
console.log(response.status, await response.text(), `after ${requests} requests`);
// #endregion

// #region circuit
circuitChannel.subscribe(({ circuit, to, reason }) => console.log(`${circuit} is ${to}: ${reason}`));

well = false;
for (let call = 1; call <= 4; call++) {
  await api('http://127.0.0.1:8082/items/7').then(
    ({ status }) => console.log(`call ${call}: ${status}`),
    (error) => console.log(`call ${call}: ${error.message}`),
  );
}
console.log(requests, 'requests in all');
// #endregion

// #region metrics
const shown = /^(upstream_rq_attempts_(count|sum)|upstream_rq_ended|circuit_breaker_state).* [1-9]/;
for (const line of registry.metrics().split('\n')) if (shown.test(line)) console.log(line);
// #endregion

// Output:
// 200 item 7 after 2 requests
// call 1: 503
// catalog is open: failures in a row: 5
// call 2: catalog lets no call through; one may probe in … ms
// call 3: catalog lets no call through; one may probe in … ms
// call 4: catalog lets no call through; one may probe in … ms
// 7 requests in all
// upstream_rq_attempts_sum{operation="getItem"} 10
// upstream_rq_attempts_count{operation="getItem"} 5
// upstream_rq_ended_total{operation="getItem",policy="catalog",reason="ERR_CIRCUIT_OPEN"} 3
// circuit_breaker_state{circuit="catalog",state="open"} 1
