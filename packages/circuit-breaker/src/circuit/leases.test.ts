import { describe, expect, it } from 'vitest';

import { Leases, type Lease } from './leases.ts';

const lease = (endsAt: number, byHand = false): Lease => ({
  generation: 1,
  endsAt,
  byHand,
  step: undefined,
});
const seen = ({ probes, permits, expired }: Leases) => ({ probes, permits, expired });

describe('Leases', () => {
  it('counts who holds a place until it is given back', () => {
    const leases = new Leases();
    const [probe, permit, both] = [lease(10), lease(10, true), lease(10, true)];
    leases.grant(probe, true, 0);
    leases.grant(permit, false, 0);
    leases.grant(both, true, 0);
    expect(seen(leases)).toEqual({ probes: 2, permits: 2, expired: 0 });
    for (const held of [probe, permit, both, both]) leases.end(held);
    expect(seen(leases)).toEqual({ probes: 0, permits: 0, expired: 0 });
  });

  it('takes places whose time is up, once each', () => {
    const leases = new Leases();
    leases.grant(lease(10, true), true, 0);
    leases.grant(lease(20, true), false, 0);
    leases.lapse(9);
    expect(seen(leases)).toEqual({ probes: 1, permits: 2, expired: 0 });
    leases.lapse(10);
    leases.lapse(10);
    expect(seen(leases)).toEqual({ probes: 0, permits: 1, expired: 1 });
  });

  it('takes them before it gives another, though nobody looks', () => {
    const leases = new Leases();
    for (let now = 0; now < 100; now++) leases.grant(lease(now + 10, true), false, now);
    expect(seen(leases)).toEqual({ probes: 0, permits: 10, expired: 90 });
  });

  it('forgets probes, and keeps permits', () => {
    const leases = new Leases();
    leases.grant(lease(10), true, 0);
    leases.grant(lease(20, true), true, 0);
    leases.forgetProbes();
    expect(seen(leases)).toEqual({ probes: 0, permits: 1, expired: 0 });
  });

  it('says when as few are out as are wanted', () => {
    const leases = new Leases();
    for (const endsAt of [10, 20, 30]) leases.grant(lease(endsAt), true, 0);
    expect([2, 1, 0].map((most) => leases.willDoAt((out) => out <= most))).toEqual([10, 20, 30]);
    expect(leases.willDoAt(() => false)).toBe(-Infinity);
  });
});
