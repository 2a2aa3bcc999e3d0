// Policies in a row, one per key, values and facts of a call, its end, its protocol, and events.
import {
  channel,
  compose,
  FAILURE,
  isError,
  Key,
  LASTING_FAILURE,
  RejectedError,
  run,
  wrap,
  type Policy,
} from '@inmesh/core';
import { keyed } from '@inmesh/core/keyed';
import { observed } from '@inmesh/core/observed';
import { defineProtocol } from '@inmesh/core/protocols';

const passOn: Policy = (next) => next;

// #region values
const tenant = new Key<string>('acme:tenant', 'nobody');
const cacheMiss = new Key<string>('acme:cache-miss', '');

const forTenant =
  (name: string): Policy =>
  (next) =>
  (call) =>
    next(call.with(tenant, name)); // a value flows down: whatever is inside sees it

const cached: Policy = (next) => (call) => {
  call.note(cacheMiss, call.get(tenant)); // a fact flows up: whoever is outside reads it when the call is over
  return next(call);
};

const logged = observed((call, { verdict, overAfterMs }) => {
  console.log(call.name, verdict.health, [...call.noted(cacheMiss)], overAfterMs < 1_000 ? 'in time' : 'late');
});
// #endregion

// #region compose
const policy = compose(logged, forTenant('acme'), cached); // the first is the outermost
const listItems = wrap(policy, async (call, page: number) => `page ${page} for ${call.get(tenant)}`, {
  name: 'listItems',
});
// #endregion
console.log(await listItems(2));

// #region run
const answer = await run(policy, async ({ attempt, signal }) => `attempt ${attempt}, aborted: ${signal.aborted}`, {
  name: 'once',
  signal: new AbortController().signal, // the caller's, which may live as long as it likes
});
// #endregion
console.log(answer);

// #region refuse
class ClosedError extends RejectedError {
  static readonly code = 'ERR_CLOSED';
  override readonly name = 'ClosedError';
  override readonly code = 'ERR_CLOSED'; // a literal, by which `isError` knows it
}

/** Lets nothing through at night. */
const openingHours =
  (isOpen: () => boolean): Policy =>
  (next) =>
  (call) =>
    isOpen()
      ? next(call)
      : Promise.reject(new ClosedError('closed', { policy: 'hours', captureStack: call.captureStacks }));
// #endregion
await run(
  openingHours(() => false),
  async () => 'never',
).catch((error: unknown) => {
  console.log('refused:', isError(error, RejectedError), 'closed:', isError(error, ClosedError));
});

// #region keyed
const perTenant = keyed(
  (call) => call.get(tenant),
  (name) => (name === 'acme' ? logged : passOn), // made when the tenant is first seen
  { maxKeys: 10_000, forgotten: (_policy, name) => console.log('forgotten:', name) },
);
// #endregion
await run(compose(forTenant('other'), perTenant), async () => {});
console.log(perTenant.size, 'tenant');

// #region protocol
interface QueryError extends Error {
  readonly code: string;
}

const postgres = defineProtocol({
  ofError: (error) => ((error as QueryError).code === '40001' ? FAILURE : LASTING_FAILURE), // serialisation: try again
});
const query = wrap(policy, async (_call, sql: string) => `rows of ${sql}`, { name: 'query', protocol: postgres });
// #endregion
console.log(await query('select 1'));

// #region events
const deployments = channel<{ readonly version: string }>('acme:deployment');
const stop = deployments.subscribe(({ version }) => console.log('now at', version));
if (deployments.hasSubscribers) deployments.publish({ version: '1.2.0' });
stop();
// #endregion

// Output:
// listItems success [ 'acme' ] in time
// page 2 for acme
// once success [ 'acme' ] in time
// attempt 1, aborted: false
// refused: true closed: true
// 1 tenant
// query success [ 'acme' ] in time
// rows of select 1
// now at 1.2.0
