import { circuitBreaker, consecutiveFailures } from '@inmesh/circuit-breaker';
import { Call, type EndpointSource } from '@inmesh/core';
import { keyed } from '@inmesh/core/keyed';
import { loadBalancer } from '@inmesh/load-balancer';
import { createRegistry, measured } from '@inmesh/metrics';
import { describe, expect, it } from 'vitest';

const keys = 10_000;
const maxKeys = 100;
const last = Array.from({ length: maxKeys }, (_, n) => `t${keys - maxKeys + n}`);

function watching() {
  const registry = createRegistry({ maxSeries: 4 * keys });
  const metrics = measured(registry);
  /** Which names have a series of this metric with this number. */
  const named = (metric: string, value: number) =>
    registry
      .metrics()
      .split('\n')
      .filter((line) => line.startsWith(`${metric}{`) && line.endsWith(` ${value}`))
      .map((line) => /"(.*?)"/.exec(line)?.[1]);
  return { metrics, named };
}

async function collect(): Promise<void> {
  for (let time = 0; time < 5; time++) {
    await new Promise((resolve) => setImmediate(resolve));
    globalThis.gc?.();
  }
}

const down = new Error('down');
const swallow = (result: Promise<unknown>) => result.catch(() => {});

describe('measured beside keyed', () => {
  it('counts the circuits that are remembered, and holds none that was forgotten', async () => {
    const { metrics, named } = watching();
    const trip = consecutiveFailures(1);
    const perTenant = keyed(
      (call) => call.input as string,
      (name) => circuitBreaker({ name, trip }),
      { maxKeys },
    );
    const handler = perTenant(() => Promise.reject(down));
    for (let n = 0; n < keys; n++) await swallow(handler(Call.start(`t${n}`)));
    await collect();

    expect(named('circuit_breaker_state', 1)).toEqual(last);
    expect(perTenant.size).toBe(maxKeys);
    metrics.close();
  });

  it('shows the endpoints of the balancers that are remembered, whose sources alone are read', async () => {
    const { metrics, named } = watching();
    const open = new Set<string>();
    const perTenant = keyed(
      (call) => call.input as string,
      (name) => loadBalancer({ endpoints: watch(name, open), name }),
      { maxKeys, forgotten: (balancer) => balancer.close() },
    );
    const handler = perTenant(async () => {});
    for (let n = 0; n < keys; n++) await handler(Call.start(`t${n}`));
    await collect();

    expect([...open]).toEqual(last);
    expect(named('upstream_membership_healthy', 1)).toEqual(last);
    for (const name of last) perTenant.get(name)?.close();
    metrics.close();
  });
});

/** Says once where a tenant is, and waits until nobody asks any more. */
function watch(name: string, open: Set<string>): EndpointSource {
  open.add(name);
  let said = false;
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => {
        if (said) return new Promise(() => {});
        said = true;
        return Promise.resolve({ done: false, value: [`http://${name}`] });
      },
      return: () => {
        open.delete(name);
        return Promise.resolve({ done: true, value: undefined });
      },
    }),
  };
}
