import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { circuitBreaker, CircuitOpenError, failureRatio } from '@inmesh/circuit-breaker';
import { slices } from '@inmesh/circuit-breaker/slices';
import { isError, wrap, type Clock, type Policy } from '@inmesh/core';
import { seededRandom, virtualClock } from '@inmesh/core/testing';
import { describe, expect, it } from 'vitest';

describe('three shards of which one is dead', () => {
  /** What a minute of 500 calls a second to a random one of them comes to, in percent of the calls to healthy shards. */
  async function outcome(make: (clock: Clock) => Policy): Promise<{ healthyRefused: number; deadSent: number }> {
    const clock = virtualClock();
    const random = seededRandom(1);
    const count = { healthy: 0, healthyRefused: 0, dead: 0, deadSent: 0 };
    const send = wrap(make(clock), async (_, shard: string) => {
      if (shard === '2') throw new Error(`${++count.deadSent} calls came to a dead shard`);
    });
    for (let sent = 0; sent < 30_000; sent++) {
      await clock.advance(2);
      const shard = String(Math.floor(random() * 3));
      count[shard === '2' ? 'dead' : 'healthy']++;
      await send(shard).catch((error: unknown) => {
        if (shard !== '2' && isError(error, CircuitOpenError)) count.healthyRefused++;
      });
    }
    return {
      healthyRefused: (100 * count.healthyRefused) / count.healthy,
      deadSent: (100 * count.deadSent) / count.dead,
    };
  }

  const one = (ratio: number) => (clock: Clock) => circuitBreaker({ trip: failureRatio({ ratio }), clock });
  const perShard = (clock: Clock) =>
    slices({ attributes: { shard: (call) => (call.input as readonly [string])[0] }, clock, random: () => 0.5 });

  it('costs the healthy ones nothing with slices, and the dead one is left alone', async () => {
    const { healthyRefused, deadSent } = await outcome(perShard);
    expect(healthyRefused).toBeLessThan(1);
    expect(deadSent).toBeLessThan(1);
  });

  it('costs the healthy ones nearly all with one breaker that opens at a quarter: two thirds of all calls', async () => {
    const { healthyRefused } = await outcome(one(0.25));
    expect(healthyRefused).toBeGreaterThan(95);
    expect((healthyRefused * 2) / 3).toBeGreaterThan(64);
  });

  it('is not noticed by one breaker that opens at half', async () => {
    const { healthyRefused, deadSent } = await outcome(one(0.5));
    expect(healthyRefused + 100 - deadSent).toBeLessThan(40);
    expect(deadSent).toBeGreaterThan(60);
  });
});

describe('a million tenants', () => {
  it('take less than a megabyte in slices, and the one that fails is found', async () => {
    const program = fileURLToPath(new URL('many-tenants.ts', import.meta.url));
    const options = ['--expose-gc', '--conditions=@inmesh/source', '--import', 'tsx', '--no-warnings', program];
    const { stdout } = await promisify(execFile)(process.execPath, options);
    const { tenants, bytes, open, since } = JSON.parse(stdout) as Record<string, unknown>;
    expect(tenants).toBe(1_000_000);
    expect(bytes).toBeLessThan(1_000_000);
    expect(open).toEqual(['slices{tenant=bad}']);
    expect(since).toBeLessThan(60_000);
  }, 120_000);
});
