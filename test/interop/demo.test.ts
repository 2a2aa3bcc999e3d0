import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { demo, endDemos, metricsOf } from '../demo/demo-process.ts';
import { needProgram } from './debian.ts';
import { startPrometheus, type PrometheusServer } from './prometheus-server.ts';

describe('demo', () => {
  let prometheus: PrometheusServer;

  beforeAll(async () => {
    needProgram('prometheus', 'prometheus');
    const { port } = await metricsOf(demo('--serve', '--seconds', '5', '--rate', '50'));
    prometheus = await startPrometheus(Number(port));
    while ((await prometheus.query('up == 1')).length === 0);
  });

  afterAll(async () => {
    endDemos();
    await prometheus?.stop();
  });

  it.each([
    'demo_calls_total{failure=""}',
    'demo_requests_total',
    'histogram_quantile(0.99, demo_call_duration_seconds_bucket)',
    'sum(http_client_request_duration_seconds_count{operation="billing"})',
    'sum(upstream_rq_total)',
    'sum by (balancer) (upstream_membership_healthy)',
  ])('is scraped by Prometheus: %s', async (promql) => {
    const samples = await prometheus.query(promql);
    expect(samples.length).toBeGreaterThan(0);
    for (const { value } of samples) expect(Number(value[1])).toBeGreaterThan(0);
  });
});
