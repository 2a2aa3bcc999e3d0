import { labelText } from './exposition.ts';
import { readLabels, readValues, wellFormed, type Labels } from './labels.ts';

/** The label of the series that takes what no series of its own is left for; OpenTelemetry's name for it. */
export const OVERFLOW_LABEL = 'otel_metric_overflow';

/** One series of a metric. */
export interface Series {
  /** Sets it to where it began. */
  reset(): void;
  /** Its lines in the text, for a metric of this name. */
  text(name: string): string;
}

/**
 * The series of one metric by the values of their labels: a map for each label, so that a look-up joins no strings.
 *
 * There are never more than `maxSeries`. The last is kept for the overflow: what comes with new values once all others
 * are taken is counted there, so that totals stay true.
 */
export class SeriesTree<S extends Series> {
  readonly #names: readonly string[];
  readonly #make: (labels: string) => S;
  readonly #maxSeries: number;
  readonly #root = new Branch<S>();
  readonly #values: string[]; // of the look-up that is under way
  #overflow: S | undefined = undefined;
  #size = 0;

  constructor(names: readonly string[], maxSeries: number, make: (labels: string) => S) {
    this.#names = names;
    this.#maxSeries = maxSeries;
    this.#make = make;
    this.#values = names.map(() => '');
    if (names.length === 0) this.#add();
  }

  /** How many there are, the overflow included. */
  get size(): number {
    return this.#size + (this.#overflow === undefined ? 0 : 1);
  }

  /** The series of these labels, made if need be; the overflow if there is no room for it. */
  of(labels: Labels): S {
    readLabels(labels, this.#names, this.#values);
    return this.#find() ?? this.#admit();
  }

  /** The same of `('GET', 200)` or `({ method: 'GET', code: 200 })`. */
  ofArguments(given: readonly unknown[]): S {
    this.#readArguments(given);
    return this.#find() ?? this.#admit();
  }

  /** The series of these labels if there is one. */
  peek(labels: Labels): S | undefined {
    readLabels(labels, this.#names, this.#values);
    return this.#find() ?? this.#findWellFormed();
  }

  /** Forgets one series, and tells whether there was one. */
  remove(given: readonly unknown[]): boolean {
    this.#readArguments(given);
    const found = this.#find() ?? this.#findWellFormed();
    if (found === undefined) return false;
    this.#root.prune(this.#values, 0);
    this.#size--;
    return true;
  }

  /** In an order that stays the same, the overflow last. */
  forEach(visit: (series: S) => void): void {
    this.#root.forEach(visit);
    if (this.#overflow !== undefined) visit(this.#overflow);
  }

  #readArguments(given: readonly unknown[]): void {
    const [first] = given;
    if (typeof first === 'object' && first !== null) readLabels(first, this.#names, this.#values);
    else readValues(given, this.#names, this.#values);
  }

  #find(): S | undefined {
    let branch: Branch<S> | undefined = this.#root;
    for (let depth = 0; branch !== undefined && depth < this.#values.length; depth++)
      branch = branch.children?.get(this.#values[depth] ?? '');
    return branch?.series;
  }

  /** Two values that look alike in the text must be one series. */
  #findWellFormed(): S | undefined {
    for (const [depth, value] of this.#values.entries()) this.#values[depth] = wellFormed(value);
    return this.#find();
  }

  #admit(): S {
    const found = this.#findWellFormed();
    if (found !== undefined) return found;
    if (this.#names.length > 0 && this.#size >= this.#maxSeries - 1)
      return (this.#overflow ??= this.#make(labelText([OVERFLOW_LABEL], ['true'])));
    return this.#add();
  }

  #add(): S {
    const series = this.#make(labelText(this.#names, this.#values));
    let branch = this.#root;
    for (const value of this.#values) branch = branch.child(value);
    branch.series = series;
    this.#size++;
    return series;
  }
}

class Branch<S> {
  children: Map<string, Branch<S>> | undefined = undefined;
  series: S | undefined = undefined;

  child(value: string): Branch<S> {
    const children = (this.children ??= new Map());
    let child = children.get(value);
    if (child === undefined) children.set(value, (child = new Branch()));
    return child;
  }

  /** Takes out one series and the branches that led to nothing else; tells whether this one is now empty too. */
  prune(values: readonly string[], depth: number): boolean {
    const value = values[depth];
    if (value === undefined) this.series = undefined;
    else if (this.children?.get(value)?.prune(values, depth + 1) === true) this.children.delete(value);
    return this.series === undefined && (this.children === undefined || this.children.size === 0);
  }

  forEach(visit: (series: S) => void): void {
    if (this.series !== undefined) visit(this.series);
    this.children?.forEach((child) => {
      child.forEach(visit);
    });
  }
}
