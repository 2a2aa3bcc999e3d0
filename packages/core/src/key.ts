/**
 * Names a value that travels with a call, or a fact noted about it.
 *
 * Keys are compared by name, so that two installed copies of a package agree: give it a prefix of your own, as in
 * `new Key<string | undefined>('acme:tenant', undefined)`.
 */
export class Key<T> {
  /** What it is compared by. */
  readonly name: string;
  /** What `call.get(key)` answers where nothing was bound. */
  readonly fallback: T;

  constructor(name: string, fallback: T) {
    if (typeof name !== 'string' || name === '') throw new TypeError('the name of a key must be a non-empty string');
    this.name = name;
    this.fallback = fallback;
  }
}
