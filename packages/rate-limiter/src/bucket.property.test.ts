import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Bucket } from './bucket.ts';

/** A token bucket as in the textbook: it refills by the time that passed. In thousandths of a token, so in whole numbers. */
class Model {
  readonly rate: number;
  readonly burst: number;
  level: number;
  latest = -Infinity;

  constructor(ratePerSecond: number, burst: number) {
    this.rate = ratePerSecond;
    this.burst = burst * 1000;
    this.level = this.burst;
  }

  refill(now: number): void {
    if (now <= this.latest) return;
    this.level = Math.min(this.burst, this.level + (now - this.latest) * this.rate);
    this.latest = now;
  }

  take(tokens: number, now: number): boolean {
    this.refill(now);
    if (this.level < tokens * 1000) return false;
    this.level -= tokens * 1000;
    return true;
  }
}

const step = fc.record({
  waitMs: fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 0, max: 30 }) },
    { weight: 2, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: -200, max: -1 }) },
    { weight: 1, arbitrary: fc.constantFrom(1_000, 1e9) },
  ),
  tokens: fc.integer({ min: 1, max: 5 }),
});

const sizes = { rate: fc.integer({ min: 1, max: 1_000 }), burst: fc.integer({ min: 5, max: 40 }) };

describe('Bucket', () => {
  it('decides as a bucket that refills does, whatever comes and however time goes', () => {
    const visited = new Set<string>();
    fc.assert(
      fc.property(fc.record(sizes), fc.array(step, { maxLength: 200, size: 'max' }), ({ rate, burst }, steps) => {
        const bucket = new Bucket(rate, burst);
        const model = new Model(rate, burst);
        let now = 0;
        for (const { waitMs, tokens } of steps) {
          now += waitMs;
          const before = model.level;
          const taken = model.take(tokens, now);
          expect(bucket.take(tokens, now)).toBe(taken);
          expect(bucket.tokens(now)).toBe(model.level / 1000);
          const time = waitMs < 0 ? 'backwards' : waitMs === 0 ? 'standing' : waitMs === 1e9 ? 'jumping' : 'passing';
          visited.add(`time ${time}, ${taken ? 'taken' : 'refused'}`);
          if (taken && model.level === 0) visited.add('emptied');
          if (before < model.burst && model.level + tokens * 1000 === model.burst) visited.add('filled');
        }
      }),
      { numRuns: 300 },
    );
    expect([...visited].sort()).toEqual([
      'emptied',
      'filled',
      'time backwards, refused',
      'time backwards, taken',
      'time jumping, taken',
      'time passing, refused',
      'time passing, taken',
      'time standing, refused',
      'time standing, taken',
    ]);
  });

  it('says how long to wait: so long is enough and a little less is not, whatever the rate', () => {
    let waits = 0;
    fc.assert(
      fc.property(
        fc.double({ min: 0.001, max: 1e5, noNaN: true }),
        fc.double({ min: 1, max: 1e3, noNaN: true }),
        fc.array(fc.double({ min: 0, max: 1e4, noNaN: true }), { maxLength: 40, size: 'max' }),
        (rate, burst, pauses) => {
          const bucket = new Bucket(rate, burst);
          let now = 0;
          for (const pause of pauses) {
            now += pause;
            while (bucket.take(1, now));
            const waitMs = bucket.waitMs(1, now);
            expect(waitMs).toBeGreaterThan(0);
            expect(bucket.take(1, now + waitMs * 0.999 - 1e-6)).toBe(false);
            now += waitMs;
            expect(bucket.waitMs(1, now)).toBe(0);
            expect(bucket.take(1, now)).toBe(true);
            waits++;
          }
        },
      ),
      { numRuns: 200 },
    );
    expect(waits).toBeGreaterThan(0);
  });

  it('never gives more than its burst and what came in meanwhile', () => {
    let taken = 0;
    fc.assert(
      fc.property(
        fc.double({ min: 0.1, max: 1e4, noNaN: true }),
        fc.double({ min: 1, max: 100, noNaN: true }),
        fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { maxLength: 100, size: 'max' }),
        (rate, burst, pauses) => {
          const bucket = new Bucket(rate, burst);
          let now = 0;
          let served = 0;
          for (const pause of pauses) {
            now += pause;
            if (bucket.take(1, now)) served++;
            expect(served).toBeLessThanOrEqual(burst + (now * rate) / 1000 + 1e-6);
          }
          taken += served;
        },
      ),
      { numRuns: 200 },
    );
    expect(taken).toBeGreaterThan(0);
  });
});
