import { Call, type Clock } from '@inmesh/core';
import { virtualClock } from '@inmesh/core/testing';
import { describe, expect, it } from 'vitest';

import { tokenBucket } from './token-bucket.ts';

/** Ten a second, five at once, five may wait, on a clock whose timers are counted and ring after a second at the latest. */
function metered() {
  const clock = virtualClock();
  const waits: number[] = [];
  const counting: Clock = {
    now: () => clock.now(),
    wall: () => clock.wall(),
    afterPoll: (callback) => clock.afterPoll(callback),
    clearTimeout: (timer) => clock.clearTimeout(timer),
    setTimeout(callback, ms) {
      waits.push(ms);
      return clock.setTimeout(callback, Math.min(ms, 1_000));
    },
  };
  const bucket = tokenBucket({ ratePerSecond: 10, burst: 20, maxQueue: 5, clock: counting });
  const sent: string[] = [];
  const handler = bucket(async (call) => {
    sent.push(`${String(call.input)} at ${clock.now()}`);
  });
  return { bucket, clock, handler, sent, waits };
}

describe('WaitingCalls', () => {
  it('sets one timer for the turn of the first, however many come behind it', async () => {
    const { bucket, clock, handler, waits } = metered();
    bucket.tryAcquire(20);
    const results = ['a', 'b', 'c'].map((name) => handler(Call.start(name)));
    expect(waits).toEqual([100]);
    await clock.advance(300);
    await Promise.all(results);
    expect(waits).toEqual([100, 100, 100]);
  });

  it('waits on when the clock cannot hold as long a timer', async () => {
    const { bucket, clock, waits } = metered();
    bucket.tryAcquire(20);
    const result = bucket.acquire(20);
    await clock.advance(1_999);
    expect(bucket.waiting).toBe(1);
    await clock.advance(1);
    await result;
    expect(waits).toEqual([2_000, 1_000]);
  });

  it('brings the next turn forward when one whose turn had come is aborted before it is sent', async () => {
    const { bucket, clock, handler } = metered();
    bucket.tryAcquire(19);
    const [first, second] = [new AbortController(), new AbortController()];
    const two = bucket.acquire(2, { signal: first.signal });
    const a = handler(Call.start('a', { signal: second.signal }));
    const gone = Promise.allSettled([two, a]);
    const three = bucket.acquire(3).then(() => clock.now());
    first.abort('first'); // now it is the turn of a
    second.abort('second'); // which gives its token back
    await gone;
    await clock.advance(1_000);
    expect(await three).toBe(200);
  });

  it('sends at once again when all who waited were sent', async () => {
    const { bucket, clock, handler, sent } = metered();
    bucket.tryAcquire(20);
    const waited = handler(Call.start('waited'));
    await clock.advance(1_000);
    await waited;
    void handler(Call.start('at once'));
    expect(sent).toEqual(['waited at 100', 'at once at 1000']);
  });
});
