import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Buckets } from './buckets.ts';

/** A bucket as in the textbook, which refills by the time that passed. In thousandths of a token, so in whole numbers. */
interface Level {
  level: number;
  since: number;
}

/** A bucket for each key, none of which is ever forgotten. Time that goes backwards does not pass. */
class Model {
  readonly rate: number;
  readonly burst: number;
  readonly levels = new Map<number, Level>();
  now = -Infinity;

  constructor(ratePerSecond: number, burst: number) {
    this.rate = ratePerSecond;
    this.burst = burst * 1000;
  }

  pass(now: number): void {
    if (now <= this.now) return;
    this.now = now;
    for (const bucket of this.levels.values()) {
      bucket.level = Math.min(this.burst, bucket.level + (now - bucket.since) * this.rate);
      bucket.since = now;
    }
  }

  level(key: number): number {
    return this.levels.get(key)?.level ?? this.burst;
  }

  take(key: number, tokens: number): boolean {
    const level = this.level(key);
    if (level < tokens * 1000) return false;
    this.levels.set(key, { level: level - tokens * 1000, since: this.now });
    return true;
  }
}

const step = fc.record({
  waitMs: fc.oneof(
    { weight: 4, arbitrary: fc.constant(0) },
    { weight: 2, arbitrary: fc.integer({ min: 1, max: 30 }) },
    { weight: 1, arbitrary: fc.integer({ min: -200, max: -1 }) },
    { weight: 1, arbitrary: fc.constantFrom(1_000, 1e9) },
  ),
  key: fc.nat(),
  tokens: fc.integer({ min: 1, max: 5 }),
});
const steps = fc.array(step, { maxLength: 300, size: 'max' });
const sizes = { rate: fc.integer({ min: 1, max: 500 }), burst: fc.integer({ min: 5, max: 20 }) };

const timeOf = (waitMs: number): string => (waitMs < 0 ? 'backwards' : waitMs === 0 ? 'standing' : 'passing');

describe('Buckets', () => {
  it('decides as a bucket of its own for each key does, while there is room for all', () => {
    const visited = new Set<string>();
    const keys = fc.integer({ min: 1, max: 150 });
    fc.assert(
      fc.property(fc.record(sizes), keys, steps, ({ rate, burst }, many, all) => {
        const buckets = new Buckets<number>(rate, burst, many);
        const model = new Model(rate, burst);
        let now = 0;
        for (const { waitMs, key: drawn, tokens } of all) {
          const key = drawn % many;
          const isNew = !model.levels.has(key);
          model.pass((now += waitMs));
          expect(buckets.tokens(key, now)).toBe(model.level(key) / 1000);
          const waits = Math.max(0, tokens * 1000 - model.level(key)) / rate;
          expect(buckets.waitMs(key, tokens, now)).toBeCloseTo(waits === 0 ? 0 : waits + model.now - now, 5);
          const taken = model.take(key, tokens);
          expect(buckets.take(key, tokens, now)).toBe(taken);
          visited.add(`${isNew ? 'new' : 'known'} key, time ${timeOf(waitMs)}, ${taken ? 'taken' : 'refused'}`);
          if (buckets.size > 64) visited.add('grown');
        }
        expect([buckets.size, buckets.forgotten]).toEqual([model.levels.size, 0]);
      }),
      { numRuns: 150 },
    );
    expect([...visited].sort()).toEqual([
      'grown',
      'known key, time backwards, refused',
      'known key, time backwards, taken',
      'known key, time passing, refused',
      'known key, time passing, taken',
      'known key, time standing, refused',
      'known key, time standing, taken',
      'new key, time backwards, taken',
      'new key, time passing, taken',
      'new key, time standing, taken',
    ]);
  });

  it('gives no key more than its bucket allows but those it forgot, and counts these, where keys are too many', () => {
    const visited = new Set<string>();
    const rooms = fc.constantFrom(1, 2, 7, 16, 17, 40, 70);
    fc.assert(
      fc.property(
        fc.record(sizes),
        rooms,
        fc.integer({ min: 2, max: 4 }),
        steps,
        ({ rate, burst }, room, times, all) => {
          const buckets = new Buckets<number>(rate, burst, room);
          const model = new Model(rate, burst);
          let now = 0;
          let forgotten = 0;
          for (const { waitMs, key: drawn, tokens } of all) {
            const key = drawn % (room * times);
            model.pass((now += waitMs));
            const wasFull = buckets.size === room;
            const taken = model.take(key, tokens);
            expect(buckets.take(key, tokens, now)).toBe(taken);
            expect(buckets.size).toBeLessThanOrEqual(room);

            const lacking = [...model.levels].filter(([, { level }]) => level < model.burst);
            const lost = lacking.filter(([each, { level }]) => buckets.tokens(each, now) !== level / 1000);
            for (const [each, bucket] of lost) {
              expect([each === key, wasFull, buckets.tokens(each, now)]).toEqual([false, true, burst]);
              if (room <= 16) {
                // All slots were looked at: no bucket was full, and none of another key lacked less.
                expect(lacking).toHaveLength(room + 1);
                const others = lacking.filter(([other]) => other !== key).map(([, { level }]) => level);
                expect(bucket.level).toBe(Math.max(...others));
              }
              bucket.level = model.burst;
            }
            expect(lost.length).toBeLessThanOrEqual(1);
            expect(buckets.forgotten).toBe((forgotten += lost.length));
            visited.add(
              `${room <= 16 ? 'few' : 'many'}, ${lost.length === 1 ? 'forgot' : taken ? 'taken' : 'refused'}`,
            );
            if (wasFull && taken && lost.length === 0 && waitMs === 1e9) visited.add('full again');
          }
        },
      ),
      { numRuns: 120 },
    );
    expect([...visited].sort()).toEqual([
      'few, forgot',
      'few, refused',
      'few, taken',
      'full again',
      'many, forgot',
      'many, refused',
      'many, taken',
    ]);
  });
});
