// The same as any-function.ts with a circuit breaker: what is down is left alone.

let asked = 0;
const db = {
  user: (id: string, { signal }: { signal: AbortSignal }): Promise<{ id: string; aborted: boolean }> =>
    ++asked === 1 ? Promise.reject(new Error('connection lost')) : Promise.resolve({ id, aborted: signal.aborted }),
};

// #region wrap
import { circuitBreaker } from '@inmesh/circuit-breaker';
import { compose, wrap } from '@inmesh/core';
import { retry } from '@inmesh/retry';
import { timeout } from '@inmesh/timeout';

const policy = compose(timeout(2_000), retry({ attempts: 3 }), circuitBreaker({ name: 'users' }), timeout(500));
const getUser = wrap(policy, ({ signal }, id: string) => db.user(id, { signal })); // (id: string) => Promise<User>

console.log(await getUser('7')); // { id: '7', aborted: false }
// #endregion

// Output:
// { id: '7', aborted: false }
