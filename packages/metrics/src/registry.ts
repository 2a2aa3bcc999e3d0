import { systemClock, type Clock } from '@inmesh/core';
import { callable, clockOf, count, rejectUnknown } from '@inmesh/core/options';

import { bounds, helpText, metricName, namesOfLabels } from './checks.ts';
import { Counter } from './counter.ts';
import { CONTENT_TYPE } from './exposition.ts';
import { Gauge, type GaugeOptions } from './gauge.ts';
import { DEFAULT_BUCKETS, Histogram, type HistogramOptions } from './histogram.ts';
import type { MetricOptions } from './metric.ts';
import { Shelf } from './shelf.ts';

/** How much a registry keeps. */
export interface RegistryOptions {
  /**
   * How many series a metric may have. The last is `otel_metric_overflow="true"`, for whatever has no room of its own
   * (default: 2000, as in OpenTelemetry).
   */
  readonly maxSeries?: number | undefined;
  /** For `startTimer` (default: `systemClock`). */
  readonly clock?: Clock | undefined;
}

/**
 * Metrics that are read together. Asked twice for a metric of the same name and the same make, it gives the same one;
 * of the same name and another make, it throws a `RangeError`.
 */
export interface Registry {
  /** A number that only grows. */
  counter<const L extends string = never>(options: MetricOptions<L>): Counter<L>;
  /** A number that goes up and down. */
  gauge<const L extends string = never>(options: GaugeOptions<L>): Gauge<L>;
  /** How numbers are spread. */
  histogram<const L extends string = never>(options: HistogramOptions<L>): Histogram<L>;
  /** Gives what `make` gives. If that throws, the registry is as it was: it has all metrics that `make` makes, or none. */
  together<T>(make: () => T): T;
  /** All of them as Prometheus reads it: text format 0.0.4, in the order they were made. */
  metrics(): string;
  /** What `metrics()` is, for the header of a response. */
  readonly contentType: string;
  /** Sets counters and histograms to 0. Gauges stay: they tell how things stand, which a reset does not change. */
  reset(): void;
  /** Forgets a metric, and tells whether there was one of this name. */
  remove(name: string): boolean;
}

/**
 * Holds metrics and shows them to Prometheus.
 *
 * Throws a `RangeError` or `TypeError` that names a wrong option.
 *
 * @example
 * const registry = createRegistry();
 * const jobs = registry.counter({ name: 'jobs_total', help: 'Jobs done.', labelNames: ['queue'] });
 * jobs.inc({ queue: 'mail' });
 * response.setHeader('content-type', registry.contentType).end(registry.metrics());
 */
export function createRegistry({ maxSeries = 2_000, clock = systemClock, ...unknown }: RegistryOptions = {}): Registry {
  rejectUnknown(unknown, arguments[0]);
  count({ maxSeries });
  clockOf({ clock });
  const shelf = new Shelf();

  return {
    contentType: CONTENT_TYPE,
    counter({ name, help, labelNames = [], ...others } = NO_OPTIONS) {
      rejectUnknown(others, arguments[0]);
      const checked = check(name, help, labelNames);
      const make = { kind: 'counter', help, labels: checked.labelNames } as const;
      return shelf.keep(name, make, [], () => new Counter(checked, maxSeries));
    },
    gauge({ name, help, labelNames = [], collect, ...others } = NO_OPTIONS) {
      rejectUnknown(others, arguments[0]);
      const checked = check(name, help, labelNames);
      if (collect !== undefined) callable({ collect });
      const make = { kind: 'gauge', help, labels: checked.labelNames, collect } as const;
      return shelf.keep(name, make, [], () => new Gauge(checked, maxSeries, collect));
    },
    histogram({ name, help, labelNames = [], buckets = DEFAULT_BUCKETS, ...others } = NO_OPTIONS) {
      rejectUnknown(others, arguments[0]);
      const checked = check(name, help, labelNames);
      const upper = bounds(buckets);
      const make = { kind: 'histogram', help, labels: checked.labelNames, buckets: [...upper] } as const;
      return shelf.keep(name, make, LINES, () => new Histogram(checked, maxSeries, upper, clock));
    },
    together: (make) => shelf.together(make),
    metrics: () => shelf.text(),
    reset() {
      shelf.reset();
    },
    remove: (name) => shelf.remove(name),
  };
}

const LINES = ['_bucket', '_sum', '_count']; // of a histogram

function check<L extends string>(name: string, help: string, labelNames: readonly L[]): Required<MetricOptions<L>> {
  return { name: metricName({ name }), help: helpText({ help }), labelNames: namesOfLabels(labelNames) };
}

/** Refused at once: the check of `name` says best what is missing. */
const NO_OPTIONS = {} as never;
