// What a breaker can be told: how long to stay open, how to come back, who decides, and where to go on.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  circuitBreaker,
  consecutiveFailures,
  growing,
  heedRetryAfter,
  probes,
  ramp,
  slowCallRatio,
  tripWhen,
  type CircuitSnapshot,
} from '@inmesh/circuit-breaker';
import { circuitChannel, FAILURE, wrap } from '@inmesh/core';

// #region slow
const slow = circuitBreaker({ trip: slowCallRatio({ slowMs: 800, ratio: 0.9, minimumCalls: 50 }) });
const worse = circuitBreaker({ trip: tripWhen(({ calls, failures }) => failures > 5 + calls / 10) });
// #endregion
console.log(slow.state, worse.state);

// #region open-for
const longer = circuitBreaker({ openForMs: growing({ baseMs: 1_000, maxMs: 60_000 }) }); // 1, 2, 4, … s while probes fail
const asAsked = circuitBreaker({ openForMs: heedRetryAfter({ otherwise: growing() }) });
const own = circuitBreaker({ openForMs: ({ times }) => (times < 3 ? 2_000 : 30_000) });
// #endregion
for (const breaker of [longer, asAsked, own]) breaker.open();
console.log([longer, asAsked, own].map(({ retryAfterMs }) => (retryAfterMs > 0 ? 'open' : 'closed')).join());

// #region half-open
const strict = circuitBreaker({ halfOpen: 3 }); // three probes, all of which have to succeed
const lenient = circuitBreaker({ halfOpen: probes({ calls: 10, failures: 2 }) });
const gentle = circuitBreaker({ halfOpen: ramp({ from: 0.05, callsPerStep: 20 }) });
// #endregion
console.log(strict.state, lenient.state, gentle.state);

// #region modes
const breaker = circuitBreaker({ trip: consecutiveFailures(3), mode: 'observing', name: 'stock' });
circuitChannel.subscribe(({ circuit, mode, to, reason }) => console.log(`${circuit}, ${mode}: ${to}, ${reason}`));

const inStock = wrap(breaker, async () => {
  throw new Error('no answer');
});
for (let call = 1; call <= 5; call++) await inStock().catch(() => {}); // all are sent
console.log('would have refused', breaker.counts.refused);

breaker.switchTo('forced-open', 'the stock service moves');
breaker.switchTo('automatic', 'it has moved');
breaker.open('the pager says so'); // as a detector does: it probes when its time is up
breaker.close('false alarm');
// #endregion

breaker.tryAcquire()?.release(FAILURE);
const file = join(tmpdir(), `stock-${process.pid}.json`);
// #region snapshot
writeFileSync(file, JSON.stringify(breaker.snapshot())); // as the process ends

const restore = JSON.parse(readFileSync(file, 'utf8')) as CircuitSnapshot; // as the next one begins
const next = circuitBreaker({ trip: consecutiveFailures(3), name: 'stock', restore });
// #endregion
rmSync(file);
console.log('failures in a row:', next.counts.failures);

// Output:
// closed closed
// open,open,open
// closed closed closed
// stock, observing: open, failures in a row: 3
// would have refused 2
// stock, forced-open: open, the stock service moves
// stock, automatic: closed, it has moved
// stock, automatic: open, the pager says so
// stock, automatic: closed, false alarm
// failures in a row: 1
