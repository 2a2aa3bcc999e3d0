// Limits of attempts within a limit of the whole, what a function sees of them, and the error.
import { compose, isError, run, wrap } from '@inmesh/core';
import { constant } from '@inmesh/core/backoff';
import { retry } from '@inmesh/retry';
import { timeout, TimeoutError } from '@inmesh/timeout';

// #region compose
const policy = compose(
  timeout(2_000), // the whole call: all attempts, the waits between them, and the body
  retry({ attempts: 3, backoff: constant(10) }),
  timeout(50, { until: 'head' }), // each attempt, until its response begins
);
// #endregion

const never = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason);
    });
  });

const fetchStock = wrap(policy, async ({ attempt, signal }) => {
  if (attempt < 3) await never(signal);
  return `in stock, says attempt ${attempt}`;
});
console.log(await fetchStock());

// #region error
const outcome = await run(timeout(20, { name: 'stock' }), ({ signal }) => never(signal)).catch((error: unknown) => {
  if (!isError(error, TimeoutError)) throw error;
  return `${error.policy} took longer than ${error.limitMs} ms${error.local ? ', but so did we' : ''}`;
});
// #endregion
console.log(outcome);

// #region deadline
const remaining = await run(timeout(2_000), async ({ deadline }) => deadline - performance.now());
// #endregion
console.log('left for whatever is called next:', remaining > 1_900 ? 'nearly 2 s' : `${remaining} ms`);

// Output:
// in stock, says attempt 3
// stock took longer than 20 ms
// left for whatever is called next: nearly 2 s
