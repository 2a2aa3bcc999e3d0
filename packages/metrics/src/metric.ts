import { header } from './exposition.ts';
import type { Labels, LabelValue } from './labels.ts';
import type { Series, SeriesTree } from './series-tree.ts';

/** What a metric of any kind is made of. */
export interface MetricOptions<L extends string> {
  /** Letters, digits, `_` and `:`; by custom with the unit, and `_total` for a counter. */
  readonly name: string;
  /** What it measures, in a sentence. */
  readonly help: string;
  /** The labels its series differ in (default: none, which makes one series). */
  readonly labelNames?: readonly L[];
}

/** A metric: its name and its series. */
export abstract class Metric<L extends string, S extends Series> {
  readonly name: string;
  readonly #head: string;
  readonly #series: SeriesTree<S>;

  constructor(type: string, { name, help }: { readonly name: string; readonly help: string }, series: SeriesTree<S>) {
    this.name = name;
    this.#head = header(name, help, type);
    this.#series = series;
  }

  /** One series, looked up once: what it offers looks nothing up and makes nothing. */
  labels(labels: Labels<L>): S;
  labels(...values: LabelValue[]): S;
  labels(...given: unknown[]): S {
    return this.#series.ofArguments(given);
  }

  /** Forgets one series, and tells whether there was one. What was bound to it counts for nobody from then on. */
  remove(labels: Labels<L>): boolean;
  remove(...values: LabelValue[]): boolean;
  remove(...given: unknown[]): boolean {
    return this.#series.remove(given);
  }

  /** Forgets every series, as if the metric had just been made. What was bound to one counts for nobody from then on. */
  clear(): void {
    this.#series.clear();
  }

  /** Sets every series to where it began. The series stay, and what is bound to them goes on counting. */
  reset(): void {
    this.#series.forEach((series) => {
      series.reset();
    });
  }

  /** How many series there are, the one for the overflow included. */
  get size(): number {
    return this.#series.size;
  }

  /** Its lines, as Prometheus reads them. */
  text(): string {
    let text = this.#head;
    this.#series.forEach((series, labels) => {
      text += series.text(this.name, labels);
    });
    return text;
  }
}
