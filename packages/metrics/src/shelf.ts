/** A metric, of whatever kind. */
interface Kept {
  readonly name: string;
  text(): string;
  reset(): void;
}

/** What a metric was asked for with. Two askers get the same metric if all of it is the same. */
export interface Make {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  readonly buckets?: readonly number[];
  readonly collect?: unknown;
}

interface Place {
  readonly metric: Kept;
  readonly make: Make;
  readonly lines: readonly string[];
}

/** The metrics of a registry, in the order they came. No two have a line of the same name. */
export class Shelf {
  #places = new Map<string, Place>();
  #owners = new Map<string, string>(); // by the name of a line

  /** The metric of this name: the one that is there if it is of the same make, else a new one. */
  keep<M extends Kept>(name: string, make: Make, suffixes: readonly string[], create: () => M): M {
    const place = this.#places.get(name);
    if (place !== undefined) {
      const differing = difference(place.make, make);
      if (differing === undefined) return place.metric as unknown as M; // its make says that it is one
      throw new RangeError(`name must be new: ${name} is a ${place.make.kind}${differing}`);
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

  /** If `make` throws, everything is as it was before. */
  together<T>(make: () => T): T {
    const places = new Map(this.#places);
    const owners = new Map(this.#owners);
    try {
      return make();
    } catch (error) {
      this.#places = places;
      this.#owners = owners;
      throw error;
    }
  }

  remove(name: string): boolean {
    for (const line of this.#places.get(name)?.lines ?? []) this.#owners.delete(line);
    return this.#places.delete(name);
  }

  /** Resets those whose numbers began at some time: what stands as it stands is no less true afterwards. */
  reset(): void {
    for (const { metric, make } of this.#places.values()) if (make.kind !== 'gauge') metric.reset();
  }

  text(): string {
    let text = '';
    for (const { metric } of this.#places.values()) text += metric.text();
    return text;
  }
}

/** In what the second differs, as the end of a sentence. */
function difference(one: Make, other: Make): string | undefined {
  if (one.kind !== other.kind) return `, no ${other.kind}`;
  const part = (['help', 'labels', 'buckets', 'collect'] as const).find((name) => !same(one[name], other[name]));
  return part && ` with other ${part}`;
}

function same(one: unknown, other: unknown): boolean {
  if (!Array.isArray(one) || !Array.isArray(other)) return one === other;
  return one.length === other.length && one.every((part, index) => part === other[index]);
}
