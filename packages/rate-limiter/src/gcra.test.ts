import { describe, expect, it } from 'vitest';

import { canServe, checkCost, checkRate, enoughAt, fullAfter, fullInTurn, msUntil, tokensAt } from './gcra.ts';

const RATE = 10; // a second
const BURST = 3;
const at = (ms: number): number => ms * RATE;

describe('enoughAt', () => {
  it.each([
    { tokens: 1, ms: 100 },
    { tokens: 2, ms: 200 },
    { tokens: 3, ms: 300 },
    { tokens: 5, ms: 500 },
  ])('is $ms ms where $tokens tokens are asked of a bucket that is full at 300 ms', ({ tokens, ms }) => {
    expect(enoughAt(at(300), tokens, BURST)).toBe(at(ms));
  });

  it('is always where nothing was ever taken', () => {
    expect(enoughAt(-Infinity, BURST, BURST)).toBe(-Infinity);
  });
});

describe('fullAfter', () => {
  it('counts from now where the bucket is full, else from when it would be', () => {
    expect(fullAfter(at(50), 2, at(70))).toBe(at(270));
    expect(fullAfter(at(90), 2, at(70))).toBe(at(290));
  });
});

describe('fullInTurn', () => {
  it('counts from when the bucket would be full, and puts back what is below 0', () => {
    expect(fullInTurn(at(50), 2)).toBe(at(250));
    expect(fullInTurn(at(250), -2)).toBe(at(50));
  });
});

describe('tokensAt', () => {
  it.each([
    { now: 0, tokens: 0 },
    { now: 50, tokens: 0.5 },
    { now: 300, tokens: 3 },
    { now: 900, tokens: 3 },
  ])('is $tokens at $now ms of a bucket that is full at 300 ms', ({ now, tokens }) => {
    expect(tokensAt(at(300), BURST, at(now))).toBe(tokens);
  });
});

describe('msUntil', () => {
  it('is never too short, whatever rounding does', () => {
    expect(msUntil(at(300), RATE, 40)).toBe(260);
    const [moment, rate, now] = [1e10 + 1, 3, 1e6 + 0.1];
    expect((now + msUntil(moment, rate, now)) * rate).toBeGreaterThanOrEqual(moment);
  });
});

describe('checkRate', () => {
  it('lets pass what a bucket can be', () => {
    expect(() => checkRate(1e8, 1e12)).not.toThrow();
    expect(() => checkRate(0.001, 1)).not.toThrow();
  });

  it('names what is wrong', () => {
    expect(() => checkRate(1e9, 1)).toThrow(new RangeError('ratePerSecond must be at most 100000000, got 1000000000'));
    expect(() => checkRate(1, 0.5)).toThrow(new RangeError('burst must be at least 1, got 0.5'));
  });
});

describe('checkCost', () => {
  it('lets pass what a full bucket can serve, and nothing else', () => {
    expect(
      [0.5, BURST, BURST + 1, 0, -1, Number.NaN, '1' as unknown as number].map((cost) => canServe(cost, BURST)),
    ).toEqual([true, true, false, false, false, false, false]);
    expect(() => checkCost(BURST, BURST)).not.toThrow();
    expect(() => checkCost(4, BURST)).toThrow(new RangeError('cost must be at most the burst of 3, got 4'));
    expect(() => checkCost(0, BURST)).toThrow(new RangeError('cost must be a positive number, got 0'));
  });
});
