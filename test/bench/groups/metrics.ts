import { ok, strictEqual } from 'node:assert/strict';

import { createRegistry } from '@inmesh/metrics';
import { seededRandom } from '@inmesh/core/testing';

import { bare, type Case, type Group } from '../case.ts';
import { peers, type Peer } from '../peers.ts';

type Prom = typeof import('prom-client');
type Otel = typeof import('otel-metrics-2');

const options = { name: 'calls', help: 'Calls.', labelNames: ['method', 'route', 'status'] } as const;
const MASK = 7;
/** Eight series, in turn; an object of labels is made for each call, as users do. */
const methods = ['GET', 'POST', 'GET', 'PUT', 'GET', 'DELETE', 'GET', 'PATCH'] as const;
const routes = [
  '/users',
  '/users/:id',
  '/orders',
  '/orders/:id',
  '/items',
  '/items/:id',
  '/carts',
  '/carts/:id',
] as const;
const statuses = ['200', '201', '200', '204', '404', '200', '503', '200'] as const;
const labelsAt = (i: number) => ({
  method: methods[i & MASK] ?? '',
  route: routes[i & MASK] ?? '',
  status: statuses[i & MASK] ?? '',
});

const random = seededRandom(11);
const VALUES = 2 ** 10 - 1;
/** Seconds, most of them short, over all buckets. */
const values = Array.from({ length: VALUES + 1 }, () => 0.001 * 10 ** (4 * random() ** 2));
const valueAt = (i: number): number => values[i & VALUES] ?? 0;

export const counterBound: Group = {
  name: 'counter-bound',
  work: 'Adding 1 to a series of a counter with three labels, looked up before',
  async cases() {
    const { prom, otel } = await contenders();
    return [...bare, boundCounter(), ...prom.map(promBoundCounter), ...otel.map(otelCounter)];
  },
};

export const counter: Group = {
  name: 'counter',
  work: 'Adding 1 to a counter, given three labels',
  async cases() {
    const { prom, otel } = await contenders();
    return [...bare, unboundCounter(), ...prom.map(promCounter), ...otel.map(otelCounter)];
  },
};

export const histogramBound: Group = {
  name: 'histogram-bound',
  work: 'Observing a number in a series of a histogram with three labels, looked up before; eleven buckets',
  async cases() {
    const { prom, otel } = await contenders();
    return [...bare, boundHistogram(), ...prom.map(promBoundHistogram), ...otel.map(otelHistogram)];
  },
};

async function contenders() {
  return {
    prom: await peers({ 'prom-client': () => import('prom-client') }),
    otel: await peers<Otel>({
      'otel-metrics-2': () => import('otel-metrics-2'),
      'otel-metrics-3': async () => (await import('otel-metrics-3')) as unknown as Otel, // has what is used here alike
    }),
  };
}

function boundCounter(): Case {
  const series = createRegistry().counter(options).labels(labelsAt(0));
  return {
    by: 'inmesh',
    check() {
      series.inc();
      strictEqual(series.value, 1);
    },
    loop(times) {
      for (let i = 0; i < times; i++) series.inc();
    },
  };
}

function unboundCounter(): Case {
  const all = createRegistry().counter(options);
  return {
    by: 'inmesh',
    check() {
      all.inc(labelsAt(1));
      strictEqual(all.labels(labelsAt(1)).value, 1);
    },
    loop(times) {
      for (let i = 0; i < times; i++) all.inc(labelsAt(i));
    },
  };
}

function boundHistogram(): Case {
  const series = createRegistry().histogram(options).labels(labelsAt(0));
  return {
    by: 'inmesh',
    differs: 'keeps quantiles beside the buckets',
    check() {
      series.observe(0.3);
      strictEqual(series.count, 1);
      strictEqual(series.sum, 0.3);
    },
    loop(times) {
      for (let i = 0; i < times; i++) series.observe(valueAt(i));
    },
  };
}

const promOptions = { ...options, labelNames: [...options.labelNames], registers: [] };

function promBoundCounter({ by, module }: Peer<Prom>): Case {
  const all = new module.Counter(promOptions);
  const series = all.labels(labelsAt(0));
  return {
    by,
    differs: 'what is bound looks its series up again at every call',
    async check() {
      series.inc();
      strictEqual((await all.get()).values[0]?.value, 1);
    },
    loop(times) {
      for (let i = 0; i < times; i++) series.inc();
    },
  };
}

function promCounter({ by, module }: Peer<Prom>): Case {
  const all = new module.Counter(promOptions);
  return {
    by,
    async check() {
      all.inc(labelsAt(1));
      strictEqual((await all.get()).values[0]?.value, 1);
    },
    loop(times) {
      for (let i = 0; i < times; i++) all.inc(labelsAt(i));
    },
  };
}

function promBoundHistogram({ by, module }: Peer<Prom>): Case {
  const all = new module.Histogram(promOptions);
  const series = all.labels(labelsAt(0));
  return {
    by,
    differs: 'what is bound looks its series up again at every call',
    async check() {
      series.observe(0.3);
      ok((await all.get()).values.some(({ metricName, value }) => metricName === 'calls_count' && value === 1));
    },
    loop(times) {
      for (let i = 0; i < times; i++) series.observe(valueAt(i));
    },
  };
}

/** What its SDK gave a reader last. */
function otelMeter({ module }: Peer<Otel>) {
  class Reader extends module.MetricReader {
    protected override onShutdown = () => Promise.resolve();
    protected override onForceFlush = () => Promise.resolve();
  }
  const reader = new Reader();
  const meter = new module.MeterProvider({ readers: [reader] }).getMeter('bench');
  const points = async () =>
    (await reader.collect()).resourceMetrics.scopeMetrics[0]?.metrics[0]?.dataPoints.map(({ value }) => value);
  return { meter, points };
}

const OTEL_DIFFERS = 'cannot bind: it is given its attributes at every call';

function otelCounter(peer: Peer<Otel>): Case {
  const { meter, points } = otelMeter(peer);
  const all = meter.createCounter('calls');
  return {
    by: peer.by,
    differs: OTEL_DIFFERS,
    async check() {
      all.add(1, labelsAt(1));
      strictEqual((await points())?.[0], 1);
    },
    loop(times) {
      for (let i = 0; i < times; i++) all.add(1, labelsAt(i));
    },
  };
}

function otelHistogram(peer: Peer<Otel>): Case {
  const { meter, points } = otelMeter(peer);
  const all = meter.createHistogram('calls', { advice: { explicitBucketBoundaries: BOUNDS } });
  return {
    by: peer.by,
    differs: OTEL_DIFFERS,
    async check() {
      all.record(0.3, labelsAt(0));
      strictEqual(((await points())?.[0] as { readonly count: number } | undefined)?.count, 1);
    },
    loop(times) {
      for (let i = 0; i < times; i++) all.record(valueAt(i), labelsAt(0));
    },
  };
}

const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
