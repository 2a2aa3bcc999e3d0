import { quietly } from '@inmesh/core';

import { numeric } from './checks.ts';
import { sample } from './exposition.ts';
import type { Labels } from './labels.ts';
import { Metric, type MetricOptions } from './metric.ts';
import { SeriesTree, type Series } from './series-tree.ts';

/** What a gauge is made of. */
export interface GaugeOptions<L extends string> extends MetricOptions<L> {
  /** Called before the text is made, to set what is cheaper to ask for than to follow (default: nothing). */
  readonly collect?: ((gauge: Gauge<L>) => void) | undefined;
}

/** A number that goes up and down: calls in flight, the length of a queue. */
export class Gauge<L extends string = never> extends Metric<L, GaugeSeries> {
  readonly #series: SeriesTree<GaugeSeries>;
  readonly #collect: ((gauge: Gauge<L>) => void) | undefined;

  /** Made by a registry. */
  constructor(checked: Required<MetricOptions<L>>, maxSeries: number, collect?: (gauge: Gauge<L>) => void) {
    const series = new SeriesTree(checked.labelNames, maxSeries, () => new GaugeSeries(), true);
    super('gauge', checked, series);
    this.#series = series;
    this.#collect = collect;
  }

  /** Adds 1, or as much as it is told. */
  inc(value?: number): void;
  inc(labels: Labels<L>, value?: number): void;
  inc(first?: number | Labels<L>, second?: number): void {
    if (typeof first === 'object') this.#series.of(first).inc(second);
    else this.#series.of({}).inc(first);
  }

  /** Takes away 1, or as much as it is told. */
  dec(value?: number): void;
  dec(labels: Labels<L>, value?: number): void;
  dec(first?: number | Labels<L>, second?: number): void {
    if (typeof first === 'object') this.#series.of(first).dec(second);
    else this.#series.of({}).dec(first);
  }

  /** Sets it to any number; `NaN` and the infinities are told as they are. */
  set(value: number): void;
  set(labels: Labels<L>, value: number): void;
  set(first: number | Labels<L>, second?: number): void {
    if (typeof first === 'object') this.#series.of(first).set(numeric('what a gauge is given', second));
    else this.#series.of({}).set(first);
  }

  override text(): string {
    if (this.#collect !== undefined) quietly(`collect of ${this.name}`, () => this.#collect?.(this));
    return super.text();
  }
}

/** One series of a gauge. */
export class GaugeSeries implements Series {
  #value = 0;

  /** Where it stands. */
  get value(): number {
    return this.#value;
  }

  /** Adds 1, or as much as it is told. */
  inc(value = 1): void {
    this.#value += numeric('what a gauge is given', value);
  }

  /** Takes away 1, or as much as it is told. */
  dec(value = 1): void {
    this.#value -= numeric('what a gauge is given', value);
  }

  /** Sets it to any number. */
  set(value: number): void {
    this.#value = numeric('what a gauge is given', value);
  }

  reset(): void {
    this.#value = 0;
  }

  text(name: string, labels: string): string {
    return sample(name, labels, this.#value);
  }
}
