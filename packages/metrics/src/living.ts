import { quietly } from '@inmesh/core';

/** Objects by name, of which several may have the same, for as long as somebody else holds them. */
export class Living<T extends object> {
  readonly #known = new WeakSet<T>();
  readonly #names = new Map<WeakRef<T>, string>();
  readonly #collected = new FinalizationRegistry<WeakRef<T>>((ref) => {
    this.#names.delete(ref);
  });

  /** Adds one, unless it is there. */
  add(one: T, name: string): void {
    if (this.#known.has(one)) return;
    this.#known.add(one);
    const ref = new WeakRef(one);
    this.#names.set(ref, name);
    this.#collected.register(one, ref);
  }

  /** Visits those that are still held, in the order they came. What goes wrong with one is no matter to the others. */
  forEach(visit: (one: T, name: string) => void): void {
    for (const [ref, name] of this.#names) {
      const one = ref.deref();
      if (one !== undefined)
        quietly('measured', () => {
          visit(one, name);
        });
    }
  }
}
