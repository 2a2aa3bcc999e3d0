import { compose, quietly, type Call, type Handler, type Holder, type Layer, type Policy } from '@inmesh/core';
import { callable, count, rejectUnknown } from '@inmesh/core/options';

/** How much is remembered, and who hears of what goes. */
export interface KeyedOptions<K = unknown, P = unknown> {
  /** How many keys it remembers; beyond, the least recently used that has no call in flight goes (default: 1000). */
  readonly maxKeys?: number | undefined;
  /**
   * Hears of each policy that goes, once, when it has no call in flight: to close what it holds (default: nothing). What
   * it throws harms nobody.
   */
  readonly forgotten?: ((policy: P, key: K) => void) | undefined;
}

/** What can be read of the policies behind the keys. */
export interface KeyedState<K, P> {
  /** The policy of this key, if it has one at the moment. Reading makes none and does not count as use. */
  get(key: K): P | undefined;
  /** How many keys it remembers. Above `maxKeys` only while more than that have calls in flight. */
  readonly size: number;
  /** Each key with its policy, as for `for (const [key, policy] of perKey)`. Looking does not count as use. */
  [Symbol.iterator](): IterableIterator<[K, P]>;
}

/** A policy per key. */
export interface Keyed<K, P> extends Policy, KeyedState<K, P> {}

/** A layer per key. */
export interface KeyedLayer<T, K, P> extends Layer<T>, KeyedState<K, P> {}

/**
 * Makes one policy per key: per endpoint, per route, per tenant. `select` reads the key off a call, `make` makes the
 * policy when a key is seen for the first time. If either throws, the call rejects with what was thrown.
 * An object that `select` makes anew for each call is a new key each time.
 *
 * Throws a `RangeError` or `TypeError` that names a wrong option.
 *
 * @example
 * const tenant = new Key<string>('acme:tenant', 'nobody'); // bound where the request comes in
 * const perTenant = keyed((call) => call.get(tenant), (name) => tokenBucket({ ratePerSecond: 100, name }));
 */
export function keyed<K, P extends Policy>(
  select: (call: Call) => K,
  make: (key: K) => P,
  options?: KeyedOptions<K, P>,
): Keyed<K, P>;
export function keyed<T, K, P extends Layer<T>>(
  select: (call: Call) => K,
  make: (key: K) => P & Layer<T>,
  options?: KeyedOptions<K, P>,
): KeyedLayer<T, K, P>;
export function keyed<T, K, P extends Layer<T>>(
  select: (call: Call) => K,
  make: (key: K) => P,
  { maxKeys = 1000, forgotten = ignore, ...unknown }: KeyedOptions<K, P> = {},
): KeyedLayer<T, K, P> {
  rejectUnknown(unknown, arguments[2]);
  callable({ select });
  callable({ make });
  callable({ forgotten });
  const entries = new Entries<T, K, P>(make, count({ maxKeys }), forgotten);
  let layers = 0;

  const layer: Layer<T> = (next) => {
    const isFirst = layers++ === 0;
    const others = new WeakMap<Entry<T, K, P>, Handler<T>>();

    function handlerOf(entry: Entry<T, K, P>): Handler<T> {
      const known = isFirst ? entry.firstHandler : others.get(entry);
      if (known !== undefined) return known;
      const handler = compose<T>(entry.policy)(next);
      if (isFirst) entry.firstHandler = handler;
      else others.set(entry, handler);
      return handler;
    }

    return function chosen(call) {
      let entry: Entry<T, K, P> | undefined;
      try {
        const current = (entry = entries.enter(select(call)));
        return handlerOf(current)(call).then(
          (result) => {
            call.protocol.hold(result, current);
            return result;
          },
          (error: unknown) => {
            current.over();
            throw error;
          },
        );
      } catch (error) {
        entry?.over();
        return Promise.reject(error);
      }
    };
  };
  return Object.defineProperties(layer, {
    get: { value: (key: K) => entries.get(key) },
    size: { get: () => entries.size },
    [Symbol.iterator]: { value: () => entries.all() },
  }) as KeyedLayer<T, K, P>; // the members were defined just above
}

/** A key and its policy. It is the holder of the results of all calls that are in flight there. */
class Entry<T, K, P> implements Holder {
  readonly key: K;
  readonly policy: P;
  readonly #entries: Entries<T, K, P>;
  /** What its policy made of the handler that was wrapped first; weak maps know of the others, and are slower to look in. */
  firstHandler: Handler<T> | undefined = undefined;
  inFlight = 1;
  earlier: Entry<T, K, P> | undefined = undefined; // its neighbours among the idle
  later: Entry<T, K, P> | undefined = undefined;

  constructor(entries: Entries<T, K, P>, key: K, policy: P) {
    this.#entries = entries;
    this.key = key;
    this.policy = policy;
  }

  over(): void {
    if (--this.inFlight === 0) this.#entries.rest(this);
  }
}

/** Those without a call in flight stand in a line of their own, least recently used first. */
class Entries<T, K, P> {
  readonly #make: (key: K) => P;
  readonly #maxKeys: number;
  readonly #forgotten: (policy: P, key: K) => void;
  readonly #all = new Map<K, Entry<T, K, P>>();
  #first: Entry<T, K, P> | undefined = undefined;
  #last: Entry<T, K, P> | undefined = undefined;

  constructor(make: (key: K) => P, maxKeys: number, forgotten: (policy: P, key: K) => void) {
    this.#make = make;
    this.#maxKeys = maxKeys;
    this.#forgotten = forgotten;
  }

  get size(): number {
    return this.#all.size;
  }

  *all(): IterableIterator<[K, P]> {
    for (const [key, { policy }] of this.#all) yield [key, policy];
  }

  get(key: K): P | undefined {
    return this.#all.get(key)?.policy;
  }

  /** A call begins, which is over when its entry is told so. */
  enter(key: K): Entry<T, K, P> {
    const known = this.#all.get(key);
    if (known !== undefined) return this.#enterAgain(known);
    const policy = callable({ 'what make gives': this.#make(key) });
    const meanwhile = this.#all.get(key); // made by a call that `make` itself began
    if (meanwhile !== undefined) {
      this.#tell(policy, key);
      return this.#enterAgain(meanwhile);
    }
    const entry = new Entry<T, K, P>(this, key, policy);
    this.#all.set(key, entry);
    this.#forget();
    return entry;
  }

  /** No call is in flight there any more. */
  rest(entry: Entry<T, K, P>): void {
    entry.earlier = this.#last;
    if (this.#last === undefined) this.#first = entry;
    else this.#last.later = entry;
    this.#last = entry;
    this.#forget();
  }

  #enterAgain(entry: Entry<T, K, P>): Entry<T, K, P> {
    if (entry.inFlight++ === 0) this.#wake(entry);
    return entry;
  }

  #wake(entry: Entry<T, K, P>): void {
    const { earlier, later } = entry;
    if (earlier === undefined) this.#first = later;
    else earlier.later = later;
    if (later === undefined) this.#last = earlier;
    else later.earlier = earlier;
    entry.earlier = entry.later = undefined;
  }

  /** What hears of it may begin calls, which change the line and the map: each entry is out of both before. */
  #forget(): void {
    for (let first = this.#first; first !== undefined && this.#all.size > this.#maxKeys; first = this.#first) {
      this.#wake(first);
      this.#all.delete(first.key);
      this.#tell(first.policy, first.key);
    }
  }

  #tell(policy: P, key: K): void {
    quietly('forgotten', () => this.#forgotten(policy, key));
  }
}

function ignore(): void {}
