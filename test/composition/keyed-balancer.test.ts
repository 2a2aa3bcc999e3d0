import { Call, endpoint } from '@inmesh/core';
import { keyed } from '@inmesh/core/keyed';
import { HeldResult, heldProtocol, virtualClock } from '@inmesh/core/testing';
import { loadBalancer } from '@inmesh/load-balancer';
import { describe, expect, it } from 'vitest';

const keys = 10_000;
const maxKeys = 100;

/** A balancer for each tenant, over two endpoints of its own. */
function balancerPerTenant() {
  const clock = virtualClock();
  let made = 0;
  const perTenant = keyed(
    (call) => call.input as string,
    (tenant) => {
      made++;
      return loadBalancer({ endpoints: [`http://${tenant}-1`, `http://${tenant}-2`], name: tenant, clock });
    },
    { maxKeys },
  );
  return { perTenant, made: () => made };
}

const to = (tenant: string) => Call.start(tenant, { protocol: heldProtocol });

describe('keyed over a balancer', () => {
  it('stays within its bound over ten thousand keys and sends each call to an endpoint of its own key', async () => {
    const { perTenant, made } = balancerPerTenant();
    const strangers: string[] = [];
    let largest = 0;
    const handler = perTenant(async (call) => {
      const origin = call.get(endpoint)?.origin ?? '';
      if (!origin.startsWith(`http://${call.input as string}-`)) strangers.push(origin);
      largest = Math.max(largest, perTenant.size);
    });
    for (let n = 0; n < keys; n++) await handler(Call.start(`t${n}`));

    expect([made(), strangers]).toEqual([keys, []]);
    expect([largest, perTenant.size]).toEqual([maxKeys, maxKeys]);
  });

  it('loses none that has a call in flight, however many others come', async () => {
    const { perTenant, made } = balancerPerTenant();
    const bodies: HeldResult[] = [];
    const handler = perTenant(async () => {
      const body = new HeldResult();
      bodies.push(body);
      return body;
    });
    const busy = Array.from({ length: 2 * maxKeys }, (_, n) => `busy${n}`);
    for (const tenant of busy) await handler(to(tenant));
    const before = busy.map((tenant) => perTenant.get(tenant));
    const held = bodies.splice(0);
    for (let n = 0; n < keys; n++) {
      await handler(to(`t${n}`));
      bodies.pop()?.end();
    }

    expect(busy.map((tenant) => perTenant.get(tenant))).toEqual(before);
    expect(perTenant.size).toBe(busy.length);
    const loads = () => before.map((balancer) => balancer?.endpoints.reduce((sum, { inFlight }) => sum + inFlight, 0));
    expect(loads()).toEqual(busy.map(() => 1));
    for (const tenant of busy) await handler(to(tenant));
    expect(loads()).toEqual(busy.map(() => 2));
    expect(made()).toBe(busy.length + keys);

    for (const body of [...held, ...bodies]) body.end();
    expect(loads()).toEqual(busy.map(() => 0));
    expect(perTenant.size).toBe(maxKeys);
  });
});
