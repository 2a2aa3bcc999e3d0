import { listenerChannel } from '@inmesh/core';
import { describe, expect, it } from 'vitest';

import { createRegistry } from './registry.ts';

describe('Gauge', () => {
  it('goes up, down and where it is set, bound or not', () => {
    const depth = createRegistry().gauge({ name: 'depth', help: 'Depth.', labelNames: ['queue'] });
    const bound = depth.labels('mail');
    depth.inc({ queue: 'mail' });
    depth.inc({ queue: 'mail' }, 4);
    depth.dec({ queue: 'mail' });
    depth.dec({ queue: 'mail' }, 2);
    expect(bound.value).toBe(2);
    depth.set({ queue: 'mail' }, -7);
    bound.inc();
    bound.dec(2);
    expect(bound.value).toBe(-8);
  });

  it('takes numbers without labels', () => {
    const depth = createRegistry().gauge({ name: 'depth', help: 'Depth.' });
    depth.set(5);
    depth.inc();
    depth.dec(3);
    depth.inc(0.5);
    depth.dec();
    expect(depth.labels().value).toBe(2.5);
  });

  it.each([
    { value: NaN, text: 'NaN' },
    { value: Infinity, text: '+Inf' },
    { value: -Infinity, text: '-Inf' },
    { value: 1e21, text: '1e+21' },
  ])('shows $value as $text', ({ value, text }) => {
    const registry = createRegistry();
    registry.gauge({ name: 'depth', help: 'Depth.' }).set(value);
    expect(registry.metrics()).toContain(`depth ${text}\n`);
  });

  it('refuses what is no number', () => {
    const depth = createRegistry().gauge({ name: 'depth', help: 'Depth.' });
    expect(() => depth.set('1' as never)).toThrow(new TypeError('what a gauge is given must be a number, got "1"'));
    expect(() => depth.set({}, undefined as never)).toThrow(TypeError);
    expect(() => depth.inc(null as never)).toThrow(TypeError);
    expect(depth.labels().value).toBe(0);
  });

  it('takes down in the overflow what went up in it, also when there is room again', () => {
    const registry = createRegistry({ maxSeries: 3 });
    const depth = registry.gauge({ name: 'depth', help: 'Depth.', labelNames: ['queue'] });
    for (const queue of ['a', 'b', 'c', 'd']) depth.inc({ queue });
    expect(depth.remove('a')).toBe(true);
    depth.dec({ queue: 'c' });
    expect(registry.metrics()).toContain('depth{queue="b"} 1\ndepth{otel_metric_overflow="true"} 1\n');
    depth.clear();
    expect([depth.size, registry.metrics()]).toEqual([0, '# HELP depth Depth.\n# TYPE depth gauge\n']);
    depth.inc({ queue: 'c' });
    expect(registry.metrics()).toContain('depth{queue="c"} 1\n');
  });

  it('asks `collect` before it is shown', () => {
    const registry = createRegistry();
    const queue = ['a', 'b'];
    registry.gauge({
      name: 'depth',
      help: 'Depth.',
      collect: (gauge) => {
        gauge.set(queue.length);
      },
    });
    expect(registry.metrics()).toContain('depth 2\n');
    queue.pop();
    expect(registry.metrics()).toContain('depth 1\n');
  });

  it('is shown as it was if `collect` throws', () => {
    const registry = createRegistry();
    const heard: unknown[] = [];
    const stop = listenerChannel.subscribe(({ error }) => heard.push(error));
    const error = new Error('no queue');
    registry.gauge({
      name: 'depth',
      help: 'Depth.',
      collect: () => {
        throw error;
      },
    });
    expect(registry.metrics()).toContain('depth 0\n');
    stop();
    expect(heard).toEqual([error]);
  });

  it('refuses a `collect` that is no function', () => {
    expect(() => createRegistry().gauge({ name: 'x', help: 'X.', collect: 1 as never })).toThrow(
      new TypeError('collect must be a function, got 1'),
    );
  });
});
