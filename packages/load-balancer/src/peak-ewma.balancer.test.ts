import { endpoint, IGNORABLE, SUCCESS, wrap } from '@inmesh/core';
import { defineProtocol } from '@inmesh/core/protocols';
import { seededRandom, virtualClock } from '@inmesh/core/testing';
import { describe, expect, it } from 'vitest';

import { loadBalancer } from './index.ts';

const down = new Error('down');
const enough = Object.assign(new Error('enough'), { name: 'AbortError' });
const origins = Array.from({ length: 10 }, (_, n) => `http://e${n}`);

const protocol = defineProtocol({
  ofResult: (result) => (result === 'slow down' ? { ...IGNORABLE, pushback: true } : SUCCESS),
});

interface Answer {
  readonly afterMs: number;
  readonly error?: Error;
  readonly value?: string;
}

/** Sends a call a millisecond, for two seconds, to ten endpoints of which none is ejected. Gives how many each got. */
async function sent(answerOf: (origin: string) => Answer): Promise<number[]> {
  const clock = virtualClock();
  const counts = new Map(origins.map((origin) => [origin, 0]));
  const random = seededRandom(3);
  const balancer = loadBalancer({ endpoints: origins, maxEjectedRatio: 0, clock, random });
  const send = wrap(
    balancer,
    async (call) => {
      const origin = call.get(endpoint)?.origin ?? '';
      counts.set(origin, (counts.get(origin) ?? 0) + 1);
      const { afterMs, error, value } = answerOf(origin);
      await new Promise<void>((resolve) => clock.setTimeout(resolve, afterMs));
      if (error !== undefined) throw error;
      return value;
    },
    { protocol },
  );
  for (let n = 0; n < 2_000; n++) {
    void send().catch(() => {});
    await clock.advance(1);
  }
  await clock.advance(1_000);
  expect(balancer.endpoints.map(({ inFlight }) => inFlight)).toEqual(origins.map(() => 0));
  return [...counts.values()];
}

describe('loadBalancer with nothing else said', () => {
  it.each<{ what: string; answer: Answer }>([
    { what: 'fails at once', answer: { afterMs: 0, error: down } },
    { what: 'asks for less at once', answer: { afterMs: 0, value: 'slow down' } },
    { what: 'is slow', answer: { afterMs: 300 } },
  ])('sends hardly a call to one that $what', async ({ answer }) => {
    const [first, ...others] = await sent((origin) => (origin === 'http://e0' ? answer : { afterMs: 20 }));
    expect(first).toBeLessThan(20);
    expect(Math.min(...others)).toBeGreaterThan(180);
  });

  it('sends hardly a call to one whose calls are given up', async () => {
    let calls = 0;
    const [first] = await sent((origin) => {
      if (origin !== 'http://e0' || ++calls === 1) return { afterMs: 20 };
      return { afterMs: 300, error: enough };
    });
    expect(first).toBeLessThan(20);
  });

  it('sends hardly a call to one that has never answered, since all gave up', async () => {
    const [first] = await sent((origin) =>
      origin === 'http://e0' ? { afterMs: 300, error: enough } : { afterMs: 20 },
    );
    expect(first).toBeLessThan(20);
  });

  it('spreads calls where all fail now and then', async () => {
    const random = seededRandom(8);
    const counts = await sent(() => (random() < 0.05 ? { afterMs: 20, error: down } : { afterMs: 20 }));
    expect(Math.min(...counts)).toBeGreaterThan(100);
    expect(Math.max(...counts)).toBeLessThan(400);
  });

  it('tries one soon after its ejection', async () => {
    const clock = virtualClock();
    const balancer = loadBalancer({ endpoints: origins, clock, random: seededRandom(5), ejectAfterFailures: 1 });
    let healed = false;
    const send = wrap(balancer, async (call) => {
      if (call.get(endpoint)?.origin === 'http://e0' && !healed) throw down;
      await new Promise<void>((resolve) => clock.setTimeout(resolve, 5));
    });
    const pass = async (calls: number) => {
      for (let n = 0; n < calls; n++) {
        void send().catch(() => {});
        await clock.advance(5);
      }
    };
    await pass(100);
    expect(balancer.endpoints[0]?.state).toBe('ejected');
    healed = true;
    await clock.advance(1_000);
    await pass(30);
    expect(balancer.endpoints[0]?.state).toBe('healthy');
  });
});
