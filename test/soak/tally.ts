/** Counts by name. */
export class Tally {
  readonly #counts = new Map<string, number>();

  add(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  get total(): number {
    let sum = 0;
    for (const count of this.#counts.values()) sum += count;
    return sum;
  }

  /** The most frequent first. */
  toJSON(): Record<string, number> {
    return Object.fromEntries([...this.#counts].sort(([, one], [, other]) => other - one));
  }
}

/** What an error is called in a tally: its code if it has one, else its name. */
export function nameOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error);
  const { code, name }: { readonly code?: unknown; readonly name?: unknown } = error;
  return typeof code === 'string' ? code : String(name);
}

/** Something drawn as often as its weight says. */
export function drawn<T extends string>(weights: Readonly<Record<T, number>>, random: () => number): T {
  let total = 0;
  for (const name in weights) total += weights[name];
  let point = random() * total;
  for (const name in weights) if ((point -= weights[name]) < 0) return name;
  throw new Error('nothing weighs anything');
}
