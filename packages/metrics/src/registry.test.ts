import { virtualClock } from '@inmesh/core/testing';
import { describe, expect, it } from 'vitest';

import { createRegistry } from './registry.ts';

const bare = { name: 'x', help: 'X.' };
const one = (gauge: { set(value: number): void }) => {
  gauge.set(1);
};

describe('createRegistry', () => {
  it('shows every metric in the order it was made', () => {
    const registry = createRegistry();
    const seconds = registry.histogram({ name: 'wait_seconds', help: 'Waiting.', buckets: [0.5, 1] });
    const jobs = registry.counter({ name: 'jobs_total', help: 'Jobs\ndone \\ so far.', labelNames: ['queue'] });
    const depth = registry.gauge({ name: 'depth', help: 'Depth.' });
    seconds.observe(0.5);
    seconds.observe(3);
    jobs.inc({ queue: 'b' });
    jobs.inc({ queue: 'a "quoted" \\ \n' }, 2.5);
    depth.set(-1.5);
    expect(registry.metrics()).toBe(
      [
        '# HELP wait_seconds Waiting.',
        '# TYPE wait_seconds histogram',
        'wait_seconds_bucket{le="0.5"} 1',
        'wait_seconds_bucket{le="1"} 1',
        'wait_seconds_bucket{le="+Inf"} 2',
        'wait_seconds_sum 3.5',
        'wait_seconds_count 2',
        '# HELP jobs_total Jobs\\ndone \\\\ so far.',
        '# TYPE jobs_total counter',
        'jobs_total{queue="b"} 1',
        'jobs_total{queue="a \\"quoted\\" \\\\ \\n"} 2.5',
        '# HELP depth Depth.',
        '# TYPE depth gauge',
        'depth -1.5',
        '',
      ].join('\n'),
    );
    expect(registry.contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
  });

  it('counts what is over the bound in one series', () => {
    const registry = createRegistry({ maxSeries: 3 });
    const calls = registry.counter({ name: 'calls_total', help: 'Calls.', labelNames: ['user'] });
    for (let user = 0; user < 10; user++) calls.inc({ user });
    expect(calls.size).toBe(3);
    expect(registry.metrics()).toContain(
      'calls_total{user="0"} 1\ncalls_total{user="1"} 1\ncalls_total{otel_metric_overflow="true"} 8\n',
    );
  });

  it('gives a metric of the same make to whoever asks again', () => {
    const registry = createRegistry();
    const options = { name: 'a_total', help: 'A.', labelNames: ['x', 'y'] } as const;
    expect(registry.counter(options)).toBe(registry.counter({ ...options }));
    const spread = { name: 'b', help: 'B.', buckets: [1, 2] };
    expect(registry.histogram(spread)).toBe(registry.histogram({ ...spread, buckets: [1, 2] }));
  });

  it.each([
    { kind: 'gauge', other: {}, error: 'histogram, no gauge' },
    { kind: 'histogram', other: { help: 'Y.' }, error: 'histogram with other help' },
    { kind: 'histogram', other: { labelNames: ['a', 'b'] }, error: 'histogram with other labels' },
    { kind: 'histogram', other: { labelNames: ['b'] }, error: 'histogram with other labels' },
    { kind: 'histogram', other: { buckets: [1, 3] }, error: 'histogram with other buckets' },
  ] as const)('refuses a metric of the same name that is another: $error', ({ kind, other, error }) => {
    const registry = createRegistry();
    const made = registry.histogram({ ...bare, labelNames: ['a'], buckets: [1, 2] });
    const like = { ...bare, labelNames: ['a'], ...(kind === 'histogram' && { buckets: [1, 2] }) };
    expect(() => registry[kind]({ ...like, ...other } as never)).toThrow(
      new RangeError(`name must be new: x is a ${error}`),
    );
    expect(registry.histogram({ ...bare, labelNames: ['a'], buckets: [1, 2] })).toBe(made);
  });

  it('refuses a gauge that is collected in another way', () => {
    const registry = createRegistry();
    const made = registry.gauge({ ...bare, collect: one });
    expect(registry.gauge({ ...bare, collect: one })).toBe(made);
    expect(() => registry.gauge(bare)).toThrow(new RangeError('name must be new: x is a gauge with other collect'));
  });

  it('makes several metrics or none', () => {
    const registry = createRegistry();
    const x = registry.counter(bare);
    const made = registry.together(() => [registry.counter(bare), registry.gauge({ name: 'y', help: 'Y.' })] as const);
    expect(made[0]).toBe(x);
    const before = registry.metrics();

    const refused = () =>
      registry.together(() => {
        registry.histogram({ name: 'z', help: 'Z.' });
        registry.remove('y');
        registry.gauge(bare);
      });
    expect(refused).toThrow('name must be new: x is a counter, no gauge');
    expect(registry.metrics()).toBe(before);
    registry.counter({ name: 'z_count', help: 'Z.' }); // nor is its name taken
  });

  it('refuses a metric whose lines would be named like those of another', () => {
    const registry = createRegistry();
    registry.counter({ name: 'x_count', help: 'X.' });
    expect(() => registry.histogram(bare)).toThrow(
      new RangeError('name must be new: x would share x_count with x_count'),
    );
    expect(registry.remove('x_count')).toBe(true);
    registry.histogram(bare);
    expect(() => registry.gauge({ name: 'x_sum', help: 'X.' })).toThrow('x_sum would share x_sum with x');
  });

  it('forgets a metric', () => {
    const registry = createRegistry();
    registry.counter(bare);
    expect(registry.remove('x')).toBe(true);
    expect(registry.remove('x')).toBe(false);
    expect(registry.metrics()).toBe('');
    registry.gauge(bare);
    expect(registry.metrics()).toContain('# TYPE x gauge');
  });

  it('resets all that counts, whose series stay', () => {
    const registry = createRegistry();
    const calls = registry.counter({ name: 'calls_total', help: 'Calls.', labelNames: ['a'] });
    const bound = calls.labels('x');
    const seconds = registry.histogram({ name: 'seconds', help: 'Seconds.' });
    bound.inc();
    seconds.observe(-2);
    seconds.observe(0);
    const depth = registry.gauge({ name: 'depth', help: 'Depth.' });
    depth.set(5);
    registry.reset();
    expect(depth.labels().value).toBe(5); // is what it is, whatever is forgotten
    expect(bound.value).toBe(0);
    expect(seconds.labels().count).toBe(0);
    expect(seconds.quantile(0.5)).toBeNaN();
    bound.inc();
    expect(registry.metrics()).toContain('calls_total{a="x"} 1\n');
  });

  it('types labels by their names', () => {
    const registry = createRegistry({ clock: virtualClock() });
    const calls = registry.counter({ name: 'calls_total', help: 'Calls.', labelNames: ['method', 'code'] });
    calls.inc({ method: 'GET', code: 200 }, 2);
    expect(calls.labels('GET', 200).value).toBe(2);
    // @ts-expect-error a label that is not among the names
    expect(() => calls.inc({ methd: 'GET' })).toThrow(new TypeError('unknown label: methd; there are method, code'));
    const none = registry.gauge(bare);
    expect(() => none.set({ method: 'GET' }, 1)).toThrow(new TypeError('unknown label: method; there are none'));
  });

  it.each([
    { options: { maxSeries: 0 }, error: 'maxSeries must be a whole number of 1 or more, got 0' },
    { options: { maxSeries: NaN }, error: 'maxSeries must be a whole number of 1 or more, got NaN' },
    { options: { maxSeries: '9' }, error: 'maxSeries must be a whole number of 1 or more, got "9"' },
    { options: { clock: 1 }, error: 'clock must be a clock, got 1' },
    { options: { maxSeris: 9 }, error: 'unknown option: maxSeris' },
    { options: 7, error: 'options must be an object, got 7' },
  ])('refuses $options', ({ options, error }) => {
    expect(() => createRegistry(options as never)).toThrow(error);
  });

  it.each([
    { metric: { name: '' }, error: 'name must be letters, digits, "_" and ":", no digit first, got ""' },
    { metric: { name: '1x' }, error: 'name must be letters, digits, "_" and ":", no digit first, got "1x"' },
    { metric: { name: 'a-b' }, error: 'name must be letters, digits, "_" and ":", no digit first, got "a-b"' },
    { metric: { name: 'a\n' }, error: 'name must be letters, digits, "_" and ":", no digit first, got "a\\n"' },
    { metric: { name: 7 }, error: 'name must be a string, got 7' },
    { metric: { help: '' }, error: 'help must be a non-empty string, got ""' },
    { metric: { help: ' \n' }, error: 'help must not be blank, got " \\n"' },
    { metric: { help: undefined }, error: 'help must be a non-empty string, got undefined' },
    { metric: { labelNames: 'a' }, error: 'labelNames must be an array, got "a"' },
    { metric: { labelNames: [7] }, error: 'labelNames must be strings, got 7' },
    { metric: { labelNames: ['a:b'] }, error: 'labelNames must be letters, digits and "_", no digit first, got "a:b"' },
    { metric: { labelNames: ['__a'] }, error: 'labelNames must not begin with "__", got "__a"' },
    { metric: { labelNames: ['le'] }, error: 'labelNames must not have "le", which is reserved' },
    { metric: { labelNames: ['quantile'] }, error: 'labelNames must not have "quantile", which is reserved' },
    {
      metric: { labelNames: ['otel_metric_overflow'] },
      error: 'labelNames must not have "otel_metric_overflow", which is reserved',
    },
    { metric: { labelNames: ['a', 'a'] }, error: 'labelNames must not repeat, got "a" twice' },
    { metric: { buckets: 5 }, error: 'buckets must be an array of numbers, got 5' },
    { metric: { buckets: ['1'] }, error: 'buckets must be numbers, got "1"' },
    { metric: { buckets: [1, Infinity] }, error: 'buckets must be finite numbers, got Infinity' },
    { metric: { buckets: [NaN] }, error: 'buckets must be finite numbers, got NaN' },
    { metric: { buckets: [1, 1] }, error: 'buckets must grow, got 1 after 1' },
    { metric: { bucket: [1] }, error: 'unknown option: bucket' },
  ])('refuses a histogram with $metric', ({ metric, error }) => {
    const registry = createRegistry();
    expect(() => registry.histogram({ ...bare, ...metric } as never)).toThrow(error);
    expect(registry.metrics()).toBe('');
  });

  it.each(['counter', 'gauge', 'histogram'] as const)(
    'refuses a %s without options, or with something else',
    (kind) => {
      const make = createRegistry()[kind] as (given?: unknown) => unknown; // as from JavaScript
      expect(() => make()).toThrow('name must be a string, got undefined');
      expect(() => make(5)).toThrow('options must be an object, got 5');
      expect(() => make('calls')).toThrow('options must be an object, got "calls"');
    },
  );

  it.each(['counter', 'gauge'] as const)('refuses labels of a %s that only a histogram or summary has', (kind) => {
    for (const name of ['le', 'quantile'])
      expect(() => createRegistry()[kind]({ ...bare, labelNames: [name] })).toThrow(
        new RangeError(`labelNames must not have "${name}", which is reserved`),
      );
  });

  it.each(['counter', 'gauge'] as const)('refuses an unknown option of a %s', (kind) => {
    expect(() => createRegistry()[kind]({ ...bare, buckets: [1] } as never)).toThrow('unknown option: buckets');
  });
});
