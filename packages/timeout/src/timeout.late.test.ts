import { run } from '@inmesh/core';
import { virtualClock } from '@inmesh/core/testing';
import { describe, expect, it } from 'vitest';

import { timeout } from './index.ts';

const never = () => new Promise<never>(() => {});

/** Answers after `ms`, whatever becomes of its signal. */
const stubborn =
  <T>(clock: ReturnType<typeof virtualClock>, ms: number, value: T) =>
  (): Promise<T> =>
    new Promise((resolve) => {
      clock.setTimeout(() => {
        resolve(value);
      }, ms);
    });

describe('timeout in a blocked event loop', () => {
  it('puts a limit off once that passed while the event loop was blocked', async () => {
    const clock = virtualClock();
    const result = run(timeout(100, { clock }), stubborn(clock, 180, 'answer'));

    clock.block(150); // 50 ms late
    await clock.advance(0);
    await clock.advance(30);
    await expect(result).resolves.toBe('answer');
  });

  it('puts a limit off by no more than itself', async () => {
    const clock = virtualClock();
    const result = run(timeout(100, { clock }), never);
    const rejected = expect(result).rejects.toMatchObject({ local: false });

    clock.block(5_000);
    await clock.advance(99);
    expect(clock.refs).toBe(1);
    await clock.advance(1);
    await rejected;
    expect(clock.timers).toBe(0);
  });

  it('says that it was local if the event loop was blocked both times', async () => {
    const clock = virtualClock();
    const rejected = expect(run(timeout(100, { clock }), never)).rejects.toMatchObject({ local: true });

    clock.block(150);
    await clock.advance(0);
    clock.block(150);
    await clock.advance(0);
    await rejected;
  });

  it('does not put off what is acted on less than 20 ms late', async () => {
    const clock = virtualClock();
    const result = run(timeout(100, { clock }), never);
    const rejected = expect(result).rejects.toMatchObject({ local: false });

    clock.block(120);
    await clock.advance(0);
    await rejected;
  });
});
