import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { LogLinear } from './log-linear.ts';

const OFF = 1 / 128;

/** Numbers spread evenly over twelve orders of magnitude. */
const wide = fc.double({ min: -6, max: 6, noNaN: true }).map((exponent) => 10 ** exponent);

describe('LogLinear', () => {
  it('tells each rank within 1/128, over twelve orders of magnitude', () => {
    fc.assert(
      fc.property(fc.array(wide, { minLength: 1, maxLength: 200 }), (values) => {
        const sketch = new LogLinear();
        for (const value of values) sketch.add(value);
        const sorted = [...values].sort((a, b) => a - b);
        for (const [index, exact] of sorted.entries())
          expect(Math.abs(sketch.ranked(index + 1) - exact)).toBeLessThanOrEqual(exact * OFF);
      }),
    );
  });

  it('tells every normal number within 1/128', () => {
    fc.assert(
      fc.property(fc.double({ min: 2 ** -1022, noNaN: true, noDefaultInfinity: true }), (value) => {
        const sketch = new LogLinear();
        sketch.add(value);
        expect(Math.abs(sketch.ranked(1) - value) / value).toBeLessThanOrEqual(OFF);
      }),
    );
  });

  it('opens an octave when something falls into it', () => {
    const sketch = new LogLinear();
    expect(sketch.octaves).toBe(0);
    for (const value of [1, 1.5, 1.99]) sketch.add(value);
    expect(sketch.octaves).toBe(1);
    sketch.add(1_000);
    sketch.add(0.001);
    expect(sketch.octaves).toBe(3);
    expect(sketch.total).toBe(5);
  });

  it('counts on where 32 bits end', () => {
    const sketch = new LogLinear();
    sketch.add(1, 2 ** 32 - 1);
    sketch.add(1);
    sketch.add(1);
    sketch.add(2);
    expect(sketch.total).toBe(2 ** 32 + 2);
    expect(sketch.ranked(2 ** 32 + 1)).toBeLessThan(1.1);
    expect(sketch.ranked(2 ** 32 + 2)).toBeGreaterThan(1.9);
    expect(sketch.octaves).toBe(2);
  });

  it('has nothing at a rank beyond its last, and nothing at all once cleared', () => {
    const sketch = new LogLinear();
    sketch.add(7);
    expect(sketch.ranked(2)).toBeNaN();
    sketch.clear();
    expect(sketch.total).toBe(0);
    expect(sketch.ranked(1)).toBeNaN();
    sketch.add(0.5);
    expect(sketch.ranked(1)).toBeCloseTo(0.5, 2);
  });
});
