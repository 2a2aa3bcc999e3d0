import { Call } from '@inmesh/core';
import { keyed } from '@inmesh/core/keyed';
import { HeldResult, heldProtocol, virtualClock } from '@inmesh/core/testing';
import { describe, expect, it } from 'vitest';

import { tokenBucket } from './token-bucket.ts';

const KEYS = 10_000;
const MAX_KEYS = 1_000;

/** Every key has a bucket of one token a second, where one call may wait. */
function perTenant() {
  const clock = virtualClock();
  let made = 0;
  const policy = keyed(
    (call) => call.input as number,
    (key) => {
      made++;
      return tokenBucket({ ratePerSecond: 1, burst: 1, maxQueue: 1, name: `tenant ${key}`, clock });
    },
    { maxKeys: MAX_KEYS },
  );
  return { clock, policy, made: () => made };
}

const keys = Array.from({ length: KEYS }, (_, key) => key);

describe('keyed over tokenBucket', () => {
  it('remembers as many of 10,000 keys as it may, and those used last', async () => {
    const { clock, policy, made } = perTenant();
    const handler = policy(async ({ input }) => input);
    for (const key of keys) expect(await handler(Call.start(key))).toBe(key);
    expect(policy.size).toBe(MAX_KEYS);
    expect(made()).toBe(KEYS);
    expect(policy.get(KEYS - MAX_KEYS - 1)).toBeUndefined();
    expect(policy.get(KEYS - MAX_KEYS)?.available).toBe(0);
    expect(clock.timers).toBe(0);
  });

  it('loses none of 10,000 buckets whose calls wait or are in flight, and is within its bound after', async () => {
    const { clock, policy, made } = perTenant();
    const bodies: HeldResult[] = [];
    const handler = policy(async (call) => {
      const body = new HeldResult();
      if (call.attempt === 2) bodies.push(body);
      else body.end();
      return body;
    });
    const first = (key: number) => handler(Call.start(key, { protocol: heldProtocol }));
    const second = (key: number) => {
      const call = Call.start(key, { protocol: heldProtocol }).forkAttempt();
      return { call, result: handler(call).catch((reason: unknown) => reason) };
    };
    const waiting = keys.map((key) => {
      void first(key);
      return second(key);
    });
    const buckets = keys.map((key) => policy.get(key));
    for (let other = KEYS; other < KEYS + 100; other++) await first(other);
    expect(policy.size).toBe(KEYS);
    expect(buckets.map((bucket) => bucket?.waiting)).toEqual(Array(KEYS).fill(1));
    expect(clock.timers).toBe(KEYS);

    for (const { call } of waiting.slice(0, KEYS / 2)) call.abort('gone');
    expect(clock.timers).toBe(KEYS / 2);
    await clock.advance(1_000);
    const outcomes = await Promise.all(waiting.map(({ result }) => result));
    expect(outcomes.filter((outcome) => outcome === 'gone')).toHaveLength(KEYS / 2);
    expect(bodies).toHaveLength(KEYS / 2);
    expect(policy.size).toBe(KEYS / 2); // their bodies are not read yet
    expect(keys.slice(KEYS / 2).every((key) => policy.get(key) === buckets[key])).toBe(true);
    expect(made()).toBe(KEYS + 100);

    for (const body of bodies) body.end();
    expect(policy.size).toBe(MAX_KEYS);
    expect([clock.timers, clock.refs]).toEqual([0, 0]);
  });
});
