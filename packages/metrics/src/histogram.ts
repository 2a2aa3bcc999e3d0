import type { Clock } from '@inmesh/core';

import { numeric, share } from './checks.ts';
import { HistogramSeries, bucketLabels } from './histogram-series.ts';
import type { Labels } from './labels.ts';
import { Metric, type MetricOptions } from './metric.ts';
import { SeriesTree } from './series-tree.ts';

/** The upper bounds that prom-client takes when it is told none, for seconds. */
export const DEFAULT_BUCKETS: readonly number[] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What a histogram is made of. */
export interface HistogramOptions<L extends string> extends MetricOptions<L> {
  /** The upper bounds that the text shows, growing; `+Inf` is added (default: 5 ms to 10 s, as in prom-client). */
  readonly buckets?: readonly number[] | undefined;
}

/** How numbers are spread: how long calls took, how large bodies are. */
export class Histogram<L extends string = never> extends Metric<L, HistogramSeries> {
  readonly #series: SeriesTree<HistogramSeries>;
  readonly #clock: Clock;

  /** Made by a registry. */
  constructor(checked: Required<MetricOptions<L>>, maxSeries: number, buckets: Float64Array, clock: Clock) {
    const shown = bucketLabels(buckets);
    const series = new SeriesTree(checked.labelNames, maxSeries, () => new HistogramSeries(buckets, shown, clock));
    super('histogram', checked, series);
    this.#series = series;
    this.#clock = clock;
  }

  /** Counts a number. Throws a `RangeError` if it is not finite. */
  observe(value: number): void;
  observe(labels: Labels<L>, value: number): void;
  observe(first: number | Labels<L>, second?: number): void {
    if (typeof first === 'object') this.#series.of(first).observe(numeric('what a histogram observes', second));
    else this.#series.of({}).observe(first);
  }

  /** Begins to time something. What it gives ends that: observes the seconds, and gives them. */
  startTimer(labels?: Labels<L>): (more?: Labels<L>) => number {
    const startedAt = this.#clock.now();
    return (more) => {
      const seconds = (this.#clock.now() - startedAt) / 1000;
      this.#series.of({ ...labels, ...more }).observe(seconds);
      return seconds;
    };
  }

  /**
   * The number below or at which the share `q` of what a series observed lies, at most 1 % off; `NaN` if that is nothing.
   * `quantile(0.99, { route: '/users' })`.
   */
  quantile(q: number, labels: Labels<L> = {}): number {
    share('q', q);
    return this.#series.peek(labels)?.quantile(q) ?? NaN;
  }
}
