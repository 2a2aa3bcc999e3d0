import { describe, expect, it } from 'vitest';

import { Bucket } from './bucket.ts';

describe('Bucket', () => {
  it('is full at first and holds its burst, no more', () => {
    const bucket = new Bucket(10, 3);
    expect(bucket.tokens(0)).toBe(3);
    expect([1, 2, 3, 4].map(() => bucket.take(1, 0))).toEqual([true, true, true, false]);
    expect(bucket.tokens(1e12)).toBe(3);
  });

  it('refills bit by bit', () => {
    const bucket = new Bucket(10, 3);
    bucket.take(3, 0);
    expect(bucket.tokens(50)).toBe(0.5);
    expect(bucket.take(1, 99)).toBe(false);
    expect(bucket.take(1, 100)).toBe(true);
    expect(bucket.tokens(100)).toBe(0);
  });

  it('takes nothing when it refuses', () => {
    const bucket = new Bucket(10, 3);
    bucket.take(2, 0);
    for (let greedy = 0; greedy < 100; greedy++) expect(bucket.take(2, 0)).toBe(false);
    expect(bucket.take(1, 0)).toBe(true);
  });

  it('begins full at any origin of time', () => {
    expect(new Bucket(10, 3).tokens(-1e9)).toBe(3);
    expect(new Bucket(10, 3).take(3, -1e9)).toBe(true);
  });

  it('gives no tokens and takes none when time goes backwards', () => {
    const bucket = new Bucket(10, 3);
    bucket.take(2, 1_000);
    expect(bucket.tokens(0)).toBe(1);
    expect(bucket.take(1, 0)).toBe(true);
    expect(bucket.tokens(1_000)).toBe(0);
    expect(bucket.tokens(1_100)).toBe(1);
    expect(bucket.waitMs(2, 500)).toBe(700);
  });

  it('gives tokens to who waited for them as at their time, though a timer was late', () => {
    const bucket = new Bucket(10, 1);
    bucket.take(1, 0);
    expect(bucket.takeInTurn(1, 99)).toBe(false);
    expect(bucket.spill(115)).toBe(false);
    expect(bucket.takeInTurn(1, 115)).toBe(true);
    expect(bucket.waitMs(1, 115)).toBe(85);
  });

  it('loses what came in over its burst, but for the last 20 ms, while somebody waited', () => {
    const bucket = new Bucket(10, 1);
    bucket.take(1, 0);
    expect(bucket.spill(520)).toBe(true);
    expect([1, 2].map(() => bucket.takeInTurn(1, 520))).toEqual([true, false]);
    expect(bucket.waitMs(1, 520)).toBe(80);
  });

  it('loses nothing at exactly 20 ms', () => {
    const bucket = new Bucket(10, 1);
    bucket.take(1, 0);
    expect(bucket.spill(120)).toBe(false);
    expect(bucket.spill(121)).toBe(true);
  });

  it('gives tokens that were put back to the next', () => {
    const bucket = new Bucket(10, 3);
    bucket.take(3, 0);
    bucket.putBack(2);
    expect(bucket.tokens(0)).toBe(2);
    expect(bucket.take(3, 99)).toBe(false);
    expect(bucket.take(3, 100)).toBe(true);
  });

  it('says how long until more could be taken in turn than it holds', () => {
    const bucket = new Bucket(10, 3);
    expect(bucket.waitMs(5, 0)).toBe(0); // as long as nothing was taken from it
    bucket.take(1, 0);
    expect(bucket.waitMs(5, 0)).toBe(300);
    bucket.take(2, 0);
    expect(bucket.waitMs(5, 0)).toBe(500);
  });

  it.each([
    { ratePerSecond: 3, startMs: 0 },
    { ratePerSecond: 3, startMs: 1e10 + 0.1 },
    { ratePerSecond: 0.7, startMs: 12_345.678 },
    { ratePerSecond: 9_999, startMs: 1e10 + 0.1 },
  ])('keeps its rate of $ratePerSecond over a million tokens from $startMs', ({ ratePerSecond, startMs }) => {
    const bucket = new Bucket(ratePerSecond, 2);
    let now = startMs;
    bucket.take(2, now);
    for (let token = 0; token < 1_000_000; token++) {
      now += bucket.waitMs(1, now);
      bucket.take(1, now);
    }
    const ideal = (1_000_000 / ratePerSecond) * 1_000;
    expect(Math.abs(now - startMs - ideal)).toBeLessThan(1e-3);
  });
});
