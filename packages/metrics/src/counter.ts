import { finite } from './checks.ts';
import { sample } from './exposition.ts';
import type { Labels } from './labels.ts';
import { Metric, type MetricOptions } from './metric.ts';
import { SeriesTree, type Series } from './series-tree.ts';

/** A number that only grows: calls, errors, bytes. */
export class Counter<L extends string = never> extends Metric<L, CounterSeries> {
  readonly #series: SeriesTree<CounterSeries>;

  /** Made by a registry. */
  constructor(checked: Required<MetricOptions<L>>, maxSeries: number) {
    const series = new SeriesTree(checked.labelNames, maxSeries, () => new CounterSeries());
    super('counter', checked, series);
    this.#series = series;
  }

  /** Adds 1, or as much as it is told. Throws a `RangeError` if that is negative or not finite. */
  inc(value?: number): void;
  inc(labels: Labels<L>, value?: number): void;
  inc(first?: number | Labels<L>, second?: number): void {
    if (typeof first === 'object') this.#series.of(first).inc(second);
    else this.#series.of({}).inc(first);
  }
}

/** One series of a counter. */
export class CounterSeries implements Series {
  #value = 0;

  /** What it has come to. */
  get value(): number {
    return this.#value;
  }

  /** Adds 1, or as much as it is told. Throws a `RangeError` if that is negative or not finite. */
  inc(value = 1): void {
    if (!(Number.isFinite(value) && value >= 0)) throw refusal(value);
    this.#value += value;
  }

  reset(): void {
    this.#value = 0;
  }

  text(name: string, labels: string): string {
    return sample(name, labels, this.#value);
  }
}

function refusal(value: number): RangeError {
  return new RangeError(`what a counter grows by must be 0 or more, got ${finite('what a counter grows by', value)}`);
}
