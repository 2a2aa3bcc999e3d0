import type { Clock } from '@inmesh/core';

import { finite, share } from './checks.ts';
import { numberText, sample } from './exposition.ts';
import { LogLinear } from './log-linear.ts';
import type { Series } from './series-tree.ts';

/** One series of a histogram. */
export class HistogramSeries implements Series {
  readonly #bounds: Float64Array;
  readonly #shown: readonly string[];
  readonly #clock: Clock;
  /** How many fell into each bucket of the text, which the sketch below could not tell exactly; then the sum. */
  readonly #cells: Float64Array;
  readonly #positive = new LogLinear();
  #negative: LogLinear | undefined = undefined;
  #zeros = 0;

  constructor(bounds: Float64Array, shown: readonly string[], clock: Clock) {
    this.#bounds = bounds;
    this.#shown = shown;
    this.#clock = clock;
    this.#cells = new Float64Array(bounds.length + 2);
  }

  /** How many it observed. */
  get count(): number {
    return (this.#negative?.total ?? 0) + this.#zeros + this.#positive.total;
  }

  /** What they come to together. */
  get sum(): number {
    return this.#cells[this.#bounds.length + 1] ?? 0;
  }

  /** Counts a number. Throws a `RangeError` if it is not finite. */
  observe(value: number): void {
    if (!Number.isFinite(value)) finite('what a histogram observes', value);
    const cells = this.#cells;
    const bucket = this.#bucketOf(value);
    const sum = this.#bounds.length + 1;
    cells[bucket] = (cells[bucket] ?? 0) + 1;
    cells[sum] = (cells[sum] ?? 0) + value;
    if (value >= SMALLEST) this.#positive.add(value);
    else if (value <= -SMALLEST) (this.#negative ??= new LogLinear()).add(-value);
    else this.#zeros++;
  }

  /** Begins to time something. What it gives ends that: observes the seconds, and gives them. */
  startTimer(): () => number {
    const startedAt = this.#clock.now();
    return () => {
      const seconds = (this.#clock.now() - startedAt) / 1000;
      this.observe(seconds);
      return seconds;
    };
  }

  /** The number below or at which the share `q` of the observed lies, at most 1 % off; `NaN` if nothing was observed. */
  quantile(q: number): number {
    const negatives = this.#negative?.total ?? 0;
    const rank = Math.max(1, Math.ceil(share('q', q) * this.count));
    if (rank <= negatives) return -(this.#negative?.ranked(negatives + 1 - rank) ?? NaN);
    if (rank <= negatives + this.#zeros) return 0;
    return this.#positive.ranked(rank - negatives - this.#zeros);
  }

  reset(): void {
    this.#cells.fill(0);
    this.#positive.clear();
    this.#negative = undefined;
    this.#zeros = 0;
  }

  text(name: string, labels: string): string {
    const before = labels === '' ? `${name}_bucket{` : `${name}_bucket{${labels},`;
    let text = '';
    let below = 0;
    for (const [bucket, shown] of this.#shown.entries()) {
      below += this.#cells[bucket] ?? 0;
      text += `${before}${shown} ${below}\n`;
    }
    return text + sample(`${name}_sum`, labels, this.sum) + sample(`${name}_count`, labels, below);
  }

  /** The first bucket whose bound is not below the value. */
  #bucketOf(value: number): number {
    let low = 0;
    let high = this.#bounds.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (value <= (this.#bounds[middle] ?? Infinity)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** `le="0.5"}`: how each bucket's line goes on, written once for all series of a metric. */
export function bucketLabels(bounds: Float64Array): readonly string[] {
  return [...bounds, Infinity].map((bound) => `le="${numberText(bound)}"}`);
}

const SMALLEST = 2 ** -1022; // what is nearer to 0 counts as 0
