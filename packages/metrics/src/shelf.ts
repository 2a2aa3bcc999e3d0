/** A metric, of whatever kind. */
interface Kept {
  readonly name: string;
  text(): string;
  reset(): void;
}

/** What a metric was asked for with, in order. Two askers get the same metric if all of it is the same. */
export type Make = readonly [kind: 'counter' | 'gauge' | 'histogram', help: string, ...rest: unknown[]];

interface Place {
  readonly metric: Kept;
  readonly make: Make;
  readonly lines: readonly string[];
}

/** The metrics of a registry, in the order they came. No two have a line of the same name. */
export class Shelf {
  readonly #places = new Map<string, Place>();
  readonly #owners = new Map<string, string>(); // by the name of a line

  /** The metric of this name: the one that is there if it is of the same make, else a new one. */
  keep<M extends Kept>(name: string, make: Make, suffixes: readonly string[], create: () => M): M {
    const place = this.#places.get(name);
    if (place !== undefined) {
      if (same(place.make, make)) return place.metric as unknown as M; // its make says that it is one
      throw new RangeError(
        `name must be new: ${name} is a ${place.make[0]} with other help, labels, buckets or collect`,
      );
    }
    const lines = ['', ...suffixes].map((suffix) => name + suffix);
    for (const line of lines) {
      const owner = this.#owners.get(line);
      if (owner !== undefined) throw new RangeError(`name must be new: ${name} would share ${line} with ${owner}`);
    }
    const metric = create();
    for (const line of lines) this.#owners.set(line, name);
    this.#places.set(name, { metric, make, lines });
    return metric;
  }

  remove(name: string): boolean {
    for (const line of this.#places.get(name)?.lines ?? []) this.#owners.delete(line);
    return this.#places.delete(name);
  }

  all(): Kept[] {
    return [...this.#places.values()].map(({ metric }) => metric);
  }
}

function same(one: Make, other: Make): boolean {
  return one.length === other.length && one.every((part, index) => Object.is(part, other[index]));
}
