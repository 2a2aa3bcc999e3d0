import { virtualClock } from '@inmesh/core/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createRegistry } from './registry.ts';

/** Numbers spread evenly over twelve orders of magnitude, of either sign, and 0. */
const wide = fc.oneof(
  { weight: 8, arbitrary: fc.double({ min: -6, max: 6, noNaN: true }).map((exponent) => 10 ** exponent) },
  { weight: 2, arbitrary: fc.double({ min: -6, max: 6, noNaN: true }).map((exponent) => -(10 ** exponent)) },
  { weight: 1, arbitrary: fc.constantFrom(0, -0, 5e-324, 1, 2.5) },
);

const make = (buckets?: readonly number[]) => {
  const registry = createRegistry();
  const options = { name: 'seconds', help: 'Seconds.' };
  return { registry, seconds: registry.histogram(buckets === undefined ? options : { ...options, buckets }) };
};

const shownBuckets = (text: string) =>
  [...text.matchAll(/_bucket\{le="([^"]+)"\} (\d+)/g)].map(([, le, count]) => [le, Number(count)]);

describe('Histogram', () => {
  it('tells quantiles within 1 % of the exact ones', () => {
    fc.assert(
      fc.property(
        fc.array(wide, { minLength: 1, maxLength: 300 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, q) => {
          const { seconds } = make();
          for (const value of values) seconds.observe(value);
          const sorted = [...values].sort((a, b) => a - b);
          const exact = sorted[Math.max(1, Math.ceil(q * sorted.length)) - 1] ?? NaN;
          expect(Math.abs(seconds.quantile(q) - exact)).toBeLessThanOrEqual(Math.abs(exact) * 0.01 + 5e-324);
        },
      ),
    );
  });

  it('shows exact counts at its bounds', () => {
    const bounds = fc.uniqueArray(wide, { maxLength: 20, comparator: (a, b) => a === b });
    fc.assert(
      fc.property(bounds, fc.array(wide, { maxLength: 100 }), (unsorted, drawn) => {
        const buckets = [...unsorted].sort((a, b) => a - b);
        const values = [...drawn, ...buckets]; // a number on a bound is within it
        const { registry, seconds } = make(buckets);
        for (const value of values) seconds.observe(value);
        const text = registry.metrics();
        const expected = buckets.map((bound) => [String(bound), values.filter((value) => value <= bound).length]);
        expect(shownBuckets(text)).toEqual([...expected, ['+Inf', values.length]]);
        expect(text).toContain(`seconds_count ${values.length}\n`);
        expect(text).toContain(`seconds_sum ${values.reduce((sum, value) => sum + value, 0)}\n`);
      }),
    );
  });

  it('has the bounds of prom-client unless told otherwise', () => {
    const { registry } = make();
    expect(shownBuckets(registry.metrics()).map(([le]) => le)).toEqual([
      '0.005',
      '0.01',
      '0.025',
      '0.05',
      '0.1',
      '0.25',
      '0.5',
      '1',
      '2.5',
      '5',
      '10',
      '+Inf',
    ]);
  });

  it('keeps its series apart', () => {
    const registry = createRegistry();
    const seconds = registry.histogram({ name: 'seconds', help: 'Seconds.', labelNames: ['route'], buckets: [] });
    const bound = seconds.labels('/a');
    bound.observe(1);
    seconds.observe({ route: '/b' }, 8);
    expect(bound.count).toBe(1);
    expect(bound.sum).toBe(1);
    expect(bound.quantile(0.5)).toBeCloseTo(1, 1);
    expect(seconds.quantile(0.5, { route: '/b' })).toBeCloseTo(8, 0);
    expect(registry.metrics()).toContain('seconds_bucket{route="/a",le="+Inf"} 1\nseconds_sum{route="/a"} 1\n');
  });

  it('knows no quantile of nothing, and makes no series to find that out', () => {
    const seconds = createRegistry().histogram({ name: 'seconds', help: 'Seconds.', labelNames: ['route'] });
    expect(seconds.quantile(0.5, { route: '/a' })).toBeNaN();
    expect(seconds.size).toBe(0);
    expect(seconds.labels('/a').quantile(0.5)).toBeNaN();
  });

  it('times in seconds', async () => {
    const clock = virtualClock();
    const seconds = createRegistry({ clock }).histogram({
      name: 'seconds',
      help: 'Seconds.',
      labelNames: ['route', 'code'],
    });
    const end = seconds.startTimer({ route: '/a' });
    const endBound = seconds.labels('/a', 200).startTimer();
    await clock.advance(1_500);
    expect(end({ code: 200 })).toBe(1.5);
    expect(endBound()).toBe(1.5);
    expect(seconds.labels('/a', 200).sum).toBe(3);
  });

  it.each([
    { value: NaN, error: new RangeError('what a histogram observes must be finite, got NaN') },
    { value: -Infinity, error: new RangeError('what a histogram observes must be finite, got -Infinity') },
    { value: '1', error: new TypeError('what a histogram observes must be a number, got "1"') },
  ])('refuses to observe $value', ({ value, error }) => {
    const { seconds } = make();
    expect(() => seconds.observe(value as never)).toThrow(error);
    expect(() => seconds.observe({}, value as never)).toThrow(error);
    expect(seconds.labels().count).toBe(0);
  });

  it.each([-0.1, 1.1, NaN, 5])('refuses the quantile %s, also of what is not there', (q) => {
    const refusal = new RangeError(`q must be from 0 to 1, got ${q}`);
    expect(() => make().seconds.quantile(q)).toThrow(refusal);
    const byRoute = createRegistry().histogram({ name: 'seconds', help: 'Seconds.', labelNames: ['route'] });
    expect(() => byRoute.quantile(q, { route: '/a' })).toThrow(refusal);
    expect(() => byRoute.labels('/a').quantile(q)).toThrow(refusal);
  });

  it('takes about 5 kB for a series over ten octaves', () => {
    const held = 500;
    const bytes = [1, 2, 3].map(() => {
      const registry = createRegistry();
      const seconds = registry.histogram({ name: 'seconds', help: 'Seconds.', labelNames: ['route'] });
      const before = bytesInUse();
      for (let route = 0; route < held; route++)
        for (let octave = 0; octave < 10; octave++) seconds.observe({ route }, 2 ** -octave);
      const after = bytesInUse();
      expect(seconds.size).toBe(held);
      return (after - before) / held;
    });
    expect(Math.min(...bytes)).toBeLessThan(7_000); // what is more in one of them is V8's own
  });
});

function bytesInUse(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
