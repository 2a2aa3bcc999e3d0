import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { circuitChannel, compose, endpoint, endpointChannel, wrap, type Policy } from '@inmesh/core';
import { toEndpoint } from '@inmesh/core/endpoints';
import { createRegistry, measured, type Registry } from '@inmesh/metrics';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { needProgram } from './debian.ts';
import { startPrometheus, type PrometheusServer, type Sample } from './prometheus-server.ts';

const nasty = [
  '',
  ' ',
  '"quoted"',
  'back\\slash',
  'back\\nslash',
  'two\nlines',
  'carriage\rreturn',
  'nul\0',
  '{a="b",c="d"} 1 # x',
  'é ü 漢字 \u{1F600}',
  '\u2028\uFEFF\u0085',
  'half \uD800 pair',
];
const seen = nasty.map((value) => value.replace('\uD800', '\uFFFD'));
const bounds = [0.001, 0.1, 1, 1e21];
const observed = [0, 0.001, 0.0011, 0.5, 1, 2, 1e22, -3];

// Held here, for a registry does not hold them.
const balancer = {
  endpoints: [
    { endpoint: toEndpoint('http://[::1]:8080'), state: 'healthy' },
    { endpoint: toEndpoint('http://[::1]:8081'), state: 'ejected' },
  ],
  panic: false,
} as const;
const breaker = { state: 'open' };

/** A registry with all there is: every kind of metric, nasty labels, an overflow, and what `measured` counts. */
async function filled(): Promise<Registry> {
  const registry = createRegistry({ maxSeries: 50 });
  const depth = registry.gauge({ name: 'test_depth', help: 'Nasty \\ "help"\nof two lines.', labelNames: ['v', 'w'] });
  for (const [index, v] of nasty.entries()) depth.set({ v, w: nasty.at(-1 - index) ?? '' }, index / 3);
  const odd = registry.gauge({ name: 'test_odd', help: 'Odd numbers.', labelNames: ['is'] });
  for (const value of [NaN, Infinity, -Infinity, 1e300, -5e-324]) odd.set({ is: value }, value);
  const calls = registry.counter({ name: 'test_calls_total', help: 'Calls.', labelNames: ['user'] });
  for (let user = 0; user < 100; user++) calls.inc({ user }, 0.5);
  const size = registry.histogram({ name: 'test_size', help: 'Sizes.', labelNames: ['v'], buckets: bounds });
  for (const v of nasty) for (const value of observed) size.observe({ v }, value);
  registry.histogram({ name: 'test_unused_seconds', help: 'Nothing yet.', labelNames: ['a'] });
  registry.counter({ name: 'test_untouched_total', help: 'Nothing yet.' });

  const sent: Policy = (next) => (call) => {
    call.note(endpoint, toEndpoint('http://10.0.0.1:8080'));
    return next(call);
  };
  const policy = measured(registry);
  const getUser = wrap(compose(policy, sent), (_, error?: Error) => (error === undefined ? 7 : Promise.reject(error)), {
    name: 'getUser',
  });
  await getUser();
  await getUser(new RangeError('no')).catch(() => {});
  const { endpoint: added } = balancer.endpoints[0];
  const change = { balancer: 'users', subject: balancer, endpoint: added, reason: 'test', at: 0 };
  endpointChannel.publish({ ...change, change: 'added' });
  circuitChannel.publish({
    circuit: 'users',
    subject: breaker,
    mode: 'automatic',
    from: 'closed',
    to: 'open',
    reason: 'test',
    at: 0,
  });
  policy.close();
  return registry;
}

/** By the labels that Prometheus keeps: an empty one is none, and those of the target are not ours. */
function byLabels(samples: readonly Sample[]): Map<string, number> {
  return new Map(
    samples.map(({ metric: { __name__, job, instance, ...labels }, value: [, value] }) => [
      keyOf(labels),
      numberOf(value),
    ]),
  );
}

const numberOf = (text: string) => (text.endsWith('Inf') ? Number(text.replace('Inf', 'Infinity')) : Number(text));
const keyOf = (labels: Readonly<Record<string, string>>) =>
  JSON.stringify(
    Object.entries(labels)
      .filter(([, value]) => value !== '')
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  );

describe('promtool', () => {
  beforeAll(() => {
    needProgram('promtool', 'prometheus');
  });

  it('finds nothing to complain about', async () => {
    const registry = await filled();
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
      input: registry.metrics(),
      encoding: 'utf8',
    });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  });
});

describe('Prometheus', () => {
  let server: Server;
  let prometheus: PrometheusServer;

  beforeAll(async () => {
    needProgram('prometheus', 'prometheus');
    const registry = await filled();
    server = createServer((_request, response) => {
      response.setHeader('content-type', registry.contentType).end(registry.metrics());
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    prometheus = await startPrometheus((server.address() as AddressInfo).port); // TCP has a port
    do await once(server, 'request', { signal: prometheus.signal });
    while ((await prometheus.query('up == 1')).length === 0);
  });

  afterAll(async () => {
    await prometheus?.stop();
    server?.closeAllConnections();
    server?.close();
  });

  it('reads a gauge with nasty labels', async () => {
    const expected = seen.map((v, index) => [keyOf({ v, w: seen.at(-1 - index) ?? '' }), index / 3] as const);
    expect(byLabels(await prometheus.query('test_depth'))).toEqual(new Map(expected));
  });

  it('reads numbers of every kind', async () => {
    const expected = [NaN, Infinity, -Infinity, 1e300, -5e-324].map((is) => [keyOf({ is: String(is) }), is] as const);
    expect(byLabels(await prometheus.query('test_odd'))).toEqual(new Map(expected));
  });

  it('reads a counter whose total includes the overflow', async () => {
    expect(await prometheus.query('test_calls_total')).toHaveLength(50);
    expect(byLabels(await prometheus.query('sum(test_calls_total)'))).toEqual(new Map([[keyOf({}), 50]]));
    expect(byLabels(await prometheus.query('test_calls_total{otel_metric_overflow="true"}'))).toEqual(
      new Map([[keyOf({ otel_metric_overflow: 'true' }), 25.5]]),
    );
    expect(byLabels(await prometheus.query('test_untouched_total'))).toEqual(new Map([[keyOf({}), 0]]));
  });

  it.each([...bounds, Infinity])('reads what a histogram has up to %s', async (bound) => {
    const below = observed.filter((value) => value <= bound).length;
    const le = bound === Infinity ? '+Inf' : String(bound);
    const expected = seen.map((v) => [keyOf({ v, le }), below] as const);
    expect(byLabels(await prometheus.query(`test_size_bucket{le="${le}"}`))).toEqual(new Map(expected));
  });

  it('reads the sum and count of a histogram', async () => {
    const sum = observed.reduce((total, value) => total + value, 0);
    expect(byLabels(await prometheus.query('test_size_sum'))).toEqual(new Map(seen.map((v) => [keyOf({ v }), sum])));
    expect(byLabels(await prometheus.query('sum(test_size_count)'))).toEqual(
      new Map([[keyOf({}), seen.length * observed.length]]),
    );
  });

  it('answers what one asks of calls', async () => {
    const ask = async (promql: string) => [...byLabels(await prometheus.query(promql))];
    const failed = 'sum by (error_type) (http_client_request_duration_seconds_count{error_type!=""})';
    expect(await ask(failed)).toEqual([[keyOf({ error_type: 'RangeError' }), 1]]);
    expect(await ask('sum(http_client_active_requests{operation="getUser"})')).toEqual([[keyOf({}), 0]]);
    expect(await ask('upstream_rq_total')).toEqual([[keyOf({ server_address: '10.0.0.1', server_port: '8080' }), 2]]);
    const ofUsers = keyOf({ balancer: 'users' });
    expect(await ask('sum by (balancer) (upstream_membership_healthy)')).toEqual([[ofUsers, 1]]);
    const known = 'upstream_membership_healthy + upstream_outlier_detection_ejections_active';
    expect(await ask(`sum by (balancer) (${known})`)).toEqual([[ofUsers, 2]]);
    expect(await ask('upstream_lb_panic')).toEqual([[ofUsers, 0]]);
    expect(await ask('sum(circuit_breaker_state{state!="closed"})')).toEqual([[keyOf({}), 1]]);
    const [[, median] = []] = await ask(
      'histogram_quantile(0.5, sum by (le) (http_client_request_duration_seconds_bucket))',
    );
    expect(median).toBeGreaterThan(0);
  });
});
