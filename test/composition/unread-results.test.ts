import { Call, compose, type Holder, type Policy } from '@inmesh/core';
import { keyed } from '@inmesh/core/keyed';
import { observed } from '@inmesh/core/observed';
import { defineProtocol } from '@inmesh/core/protocols';
import { constant } from '@inmesh/core/backoff';
import { retry } from '@inmesh/retry';
import { timeout } from '@inmesh/timeout';
import { describe, expect, it } from 'vitest';

/** A response: who holds it is known to the request alone, as in an adapter, or it could never be collected. */
class Response {
  readonly status = 200;
}

function failingOnce(): Policy {
  return (next) => (call) => (call.attempt === 1 ? Promise.reject(new Error('down')) : next(call));
}

const policies: readonly [name: string, policy: Policy][] = [
  ['timeout of the body', timeout(60_000)],
  ['timeout of the head', timeout(60_000, { until: 'head' })],
  ['retry', retry()],
  ['retry that had to try twice', compose(retry({ backoff: constant(0) }), failingOnce())],
  [
    'keyed',
    keyed(
      () => 'key',
      () => (next) => next,
    ),
  ],
  ['observed', observed(() => {})],
  [
    'all of them',
    compose(
      timeout(60_000),
      observed(() => {}),
      retry(),
      timeout(60_000, { until: 'head' }),
    ),
  ],
];

describe('a result that nobody reads', () => {
  it.each(policies)('can be collected through %s', async (_name, policy) => {
    const holders: Holder[] = [];
    const protocol = defineProtocol({ hold: (_result, holder) => void holders.push(holder) });
    const { signal } = new AbortController();
    const call = Call.start(undefined, { protocol, signal });
    const handler = policy(async () => new Response());

    const response = new WeakRef(await call.settles(handler(call)));
    await new Promise((resolve) => setImmediate(resolve));
    globalThis.gc?.();
    expect(response.deref()).toBeUndefined();
    expect(holders.length).toBeGreaterThan(0);
    for (const holder of holders) holder.over();
  });
});
