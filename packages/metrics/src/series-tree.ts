import { labelText } from './exposition.ts';
import { readLabels, readValues, textOf, wellFormed, type Labels } from './labels.ts';

/** The label of the series that takes what no series of its own is left for; OpenTelemetry's name for it. */
export const OVERFLOW_LABEL = 'otel_metric_overflow';

/** One series of a metric. */
export interface Series {
  /** Sets it to where it began. */
  reset(): void;
  /** Its lines in the text, for a metric of this name and labels as they stand there. */
  text(name: string, labels: string): string;
}

/**
 * The series of one metric by the values of their labels: a map for each label, so that a look-up joins no strings.
 *
 * There are never more than `maxSeries`. The last is kept for the overflow: what comes with new values once all others
 * are taken is counted there, so that totals stay true. Where `lasting`, room that is freed later is not given away before
 * all is cleared: what went up in the overflow must come down there.
 */
export class SeriesTree<S extends Series> {
  readonly #names: readonly string[];
  readonly #make: () => S;
  readonly #maxSeries: number;
  readonly #lasting: boolean;
  #root = new Branch<S>();
  readonly #values: string[]; // of the look-up that is under way
  #overflow: S | undefined = undefined;
  #size = 0;

  constructor(names: readonly string[], maxSeries: number, make: () => S, lasting = false) {
    this.#names = names;
    this.#maxSeries = maxSeries;
    this.#make = make;
    this.#lasting = lasting;
    this.#values = names.map(() => '');
    this.clear();
  }

  /** How many there are, the overflow included. */
  get size(): number {
    return this.#size + (this.#overflow === undefined ? 0 : 1);
  }

  /** The series of these labels, made if need be; the overflow if there is no room for it. */
  of(labels: Labels): S {
    const found = this.#findInOrder(labels);
    if (found !== undefined) return found;
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

  /** Forgets all. Without labels there is one series, from the start. */
  clear(): void {
    this.#root = new Branch();
    this.#overflow = undefined;
    this.#size = 0;
    if (this.#names.length === 0) this.#add();
  }

  /** In an order that stays the same, the overflow last; with the labels as they stand in the text. */
  forEach(visit: (series: S, labels: string) => void): void {
    this.#root.forEach(visit);
    if (this.#overflow !== undefined) visit(this.#overflow, OVERFLOW_LABELS);
  }

  #readArguments(given: readonly unknown[]): void {
    const [first] = given;
    if (typeof first === 'object' && first !== null) readLabels(first, this.#names, this.#values);
    else readValues(given, this.#names, this.#values);
  }

  /** A short cut to what is there, for labels that all are given in the order of the names, as most write them. */
  #findInOrder(labels: Labels): S | undefined {
    let branch: Branch<S> | undefined = this.#root;
    let depth = 0;
    for (const name in labels) {
      if (name !== this.#names[depth++]) return undefined;
      branch = branch.children?.get(textOf(name, labels[name]));
      if (branch === undefined) return undefined;
    }
    return depth === 0 ? undefined : branch.series;
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
    return this.#hasRoom ? this.#add() : (this.#overflow ??= this.#make());
  }

  get #hasRoom(): boolean {
    if (this.#names.length === 0) return true;
    return this.#size < this.#maxSeries - 1 && !(this.#lasting && this.#overflow !== undefined);
  }

  #add(): S {
    const series = this.#make();
    let branch = this.#root;
    for (const value of this.#values) branch = branch.child(value);
    branch.series = series;
    branch.labels = labelText(this.#names, this.#values);
    this.#size++;
    return series;
  }
}

const OVERFLOW_LABELS = labelText([OVERFLOW_LABEL], ['true']);

class Branch<S> {
  children: Map<string, Branch<S>> | undefined = undefined;
  series: S | undefined = undefined;
  labels = '';

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

  forEach(visit: (series: S, labels: string) => void): void {
    if (this.series !== undefined) visit(this.series, this.labels);
    this.children?.forEach((child) => {
      child.forEach(visit);
    });
  }
}
