// Other waits, other opinions, and what is not sent again.
import { compose, FAILURE, LASTING_FAILURE, run, wrap } from '@inmesh/core';
import { defineProtocol } from '@inmesh/core/protocols';
import { constant, decorrelated, exponential, type Backoff } from '@inmesh/core/backoff';
import { retry } from '@inmesh/retry';
import { timeout } from '@inmesh/timeout';

// #region backoff
const patient = retry({ attempts: 5, backoff: exponential({ baseMs: 100, maxMs: 10_000, jitter: 'equal' }) });
const spread = retry({ backoff: decorrelated({ baseMs: 20, maxMs: 1_000 }) });
const steady = retry({ backoff: constant(10) });

/** Gives up after the second retry, whatever `attempts` says: no finite wait is no retry. */
const twice: Backoff = (n, random) => (n > 2 ? Infinity : 20 * random());
// #endregion
for (const policy of [patient, spread, steady, retry({ attempts: 9, backoff: twice })]) {
  let calls = 0;
  await run(policy, async () => {
    if (++calls < 3) throw new Error('down');
  });
  console.log('sent', calls, 'times');
}

// #region judge
const untilReady = retry({
  attempts: 5,
  backoff: constant(10),
  judge: { ofResult: (job) => ((job as { state: string }).state === 'pending' ? FAILURE : undefined) },
});
// #endregion
const states = ['pending', 'pending', 'done'];
console.log(await run(untilReady, async () => ({ state: states.shift() })));

// #region protocol
const database = defineProtocol({
  ofError: (error) => ((error as { code?: string }).code === '40P01' ? FAILURE : LASTING_FAILURE), // a deadlock passes
  idempotent: (call) => call.name !== 'charge', // this may not be done twice
});
const charge = wrap(retry(), chargeCard, { name: 'charge', protocol: database });
// #endregion
let charges = 0;
async function chargeCard(): Promise<never> {
  charges++;
  throw Object.assign(new Error('deadlock detected'), { code: '40P01' });
}
await charge().catch((error: Error) => console.log(`${error.message}, and charged ${charges} time`));

// #region compose
const policy = compose(timeout(2_000), retry({ attempts: 3 }), timeout(500, { until: 'head' }));
// #endregion
console.log(await run(policy, async ({ attempt }) => `attempt ${attempt} was enough`));

// Output:
// sent 3 times
// sent 3 times
// sent 3 times
// sent 3 times
// { state: 'done' }
// deadlock detected, and charged 1 time
// attempt 1 was enough
