// Policies around a plain function: a query that fails once, under a limit for all of it and one for each attempt.

let asked = 0;
const db = {
  user: (id: string, { signal }: { signal: AbortSignal }): Promise<{ id: string; aborted: boolean }> =>
    ++asked === 1 ? Promise.reject(new Error('connection lost')) : Promise.resolve({ id, aborted: signal.aborted }),
};

// #region wrap
import { compose, wrap } from '@inmesh/core';
import { retry } from '@inmesh/retry';
import { timeout } from '@inmesh/timeout';

const policy = compose(timeout(2_000), retry({ attempts: 3 }), timeout(500));
const getUser = wrap(policy, ({ signal }, id: string) => db.user(id, { signal })); // (id: string) => Promise<User>

console.log(await getUser('7')); // { id: '7', aborted: false }
// #endregion

// Output:
// { id: '7', aborted: false }
