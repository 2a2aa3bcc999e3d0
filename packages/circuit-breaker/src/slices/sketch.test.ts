import { seededRandom } from '@inmesh/core/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { FailureSketch } from './sketch.ts';

const WINDOW_MS = 100;

describe('FailureSketch', () => {
  it('takes the largest number of counters that fit', () => {
    expect(new FailureSketch(262_144, WINDOW_MS).bytes).toBe(262_144);
    expect(new FailureSketch(262_143, WINDOW_MS).bytes).toBe(131_072);
  });

  it('counts what it is given alone', () => {
    const sketch = new FailureSketch(1_024, WINDOW_MS);
    expect([sketch.add(7, 0), sketch.add(7, 1), sketch.add(8, 1), sketch.add(7, 2)]).toEqual([1, 2, 1, 3]);
  });

  it('forgets by halves of the window', () => {
    const sketch = new FailureSketch(1_024, WINDOW_MS);
    sketch.add(7, 0);
    expect(sketch.add(7, 50)).toBe(2);
    expect(sketch.add(7, 100)).toBe(2);
    expect(sketch.add(7, 1_000)).toBe(1);
    expect(sketch.add(7, 0)).toBe(2); // time that goes backwards stands still
  });

  it('takes off what led to a suspicion', () => {
    const sketch = new FailureSketch(1_024, WINDOW_MS);
    for (let count = 0; count < 5; count++) sketch.add(7, count * 20);
    sketch.remove(7, 5);
    expect(sketch.add(7, 90)).toBe(1);
  });

  it('stops counting before it runs over', () => {
    const sketch = new FailureSketch(1_024, WINDOW_MS);
    for (let count = 0; count < 70_000; count++) sketch.add(7, 0);
    expect(sketch.add(7, 0)).toBe(65_536);
  });

  it('never says too few, whatever shares its counters', () => {
    let collisions = 0;
    const failure = fc.record({ key: fc.nat(40), waitMs: fc.constantFrom(0, 0, 1, 30, 49, 50, 100, 1e9) });
    fc.assert(
      fc.property(fc.array(failure, { maxLength: 200 }), fc.constantFrom(32, 64, 4_096), (failures, bytes) => {
        const sketch = new FailureSketch(bytes, WINDOW_MS);
        const seen: { readonly key: number; readonly half: number }[] = [];
        let now = 0;
        for (const { key, waitMs } of failures) {
          now += waitMs;
          const half = Math.floor(now / (WINDOW_MS / 2));
          seen.push({ key, half });
          const exact = seen.filter((each) => each.key === key && each.half >= half - 1).length;
          const told = sketch.add(Math.imul(key + 1, 0x9e3779b1), now);
          expect(told).toBeGreaterThanOrEqual(exact);
          if (told > exact) collisions++;
        }
      }),
    );
    expect(collisions).toBeGreaterThan(0);
  });

  it('says too many of one in thousands, at its default size and a thousand failures in a window', () => {
    const sketch = new FailureSketch(262_144, WINDOW_MS);
    const random = seededRandom(1);
    let wrong = 0;
    for (let count = 0; count < 11_000; count++) if (sketch.add(random() * 2 ** 32, 0) > 1) wrong++;
    expect(wrong / 11_000).toBeLessThan(0.05);
  });
});
