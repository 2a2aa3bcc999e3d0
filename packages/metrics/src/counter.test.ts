import { describe, expect, it } from 'vitest';

import { createRegistry } from './registry.ts';

describe('Counter', () => {
  it('adds 1 or what it is told, bound or not', () => {
    const jobs = createRegistry().counter({ name: 'jobs_total', help: 'Jobs.', labelNames: ['queue', 'code'] });
    jobs.inc({ queue: 'mail', code: 200 });
    jobs.inc({ queue: 'mail', code: 200 }, 2);
    const bound = jobs.labels('mail', 200);
    bound.inc();
    bound.inc(0.5);
    bound.inc(0);
    expect(bound.value).toBe(4.5);
    expect(jobs.labels({ code: 200, queue: 'mail' })).toBe(bound);
    jobs.inc(3);
    expect(jobs.labels({}).value).toBe(3);
  });

  it('is there with 0 if it has no labels', () => {
    const registry = createRegistry();
    const jobs = registry.counter({ name: 'jobs_total', help: 'Jobs.' });
    expect(registry.metrics()).toContain('jobs_total 0\n');
    jobs.inc();
    jobs.inc(2);
    expect(registry.metrics()).toContain('jobs_total 3\n');
  });

  it.each([
    { value: -1, error: new RangeError('what a counter grows by must be 0 or more, got -1') },
    { value: NaN, error: new RangeError('what a counter grows by must be finite, got NaN') },
    { value: Infinity, error: new RangeError('what a counter grows by must be finite, got Infinity') },
    { value: '1', error: new TypeError('what a counter grows by must be a number, got "1"') },
  ])('refuses to grow by $value', ({ value, error }) => {
    const jobs = createRegistry().counter({ name: 'jobs_total', help: 'Jobs.' });
    expect(() => jobs.inc(value as never)).toThrow(error);
    expect(jobs.labels().value).toBe(0);
  });

  it('forgets a series, and what was bound to it counts for nobody', () => {
    const registry = createRegistry();
    const jobs = registry.counter({ name: 'jobs_total', help: 'Jobs.', labelNames: ['queue'] });
    const bound = jobs.labels('mail');
    expect(jobs.remove('mail')).toBe(true);
    expect(jobs.remove({ queue: 'mail' })).toBe(false);
    bound.inc();
    expect(jobs.size).toBe(0);
    expect(registry.metrics()).not.toContain('mail');
  });
});
