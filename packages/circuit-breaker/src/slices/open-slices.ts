import type { CircuitBreaker, CircuitState } from '@inmesh/circuit-breaker';

import type { Combination } from './combination.ts';
import type { Reading } from './reading.ts';

/** A part of the calls that is refused, or being probed. */
export interface OpenSlice {
  /** The name of its circuit, as in `stock{shard=2}`. */
  readonly name: string;
  /** What its calls have in common: nothing, if it is all of them. */
  readonly attributes: Readonly<Record<string, string>>;
  /** What it is to blame for, in words and with the numbers. */
  readonly reason: string;
  /** On the clock, in ms. */
  readonly since: number;
  /** `half-open` if its calls may probe by now. */
  readonly state: CircuitState;
  /** Its circuit: to look at, or to close by hand. Once closed, it is forgotten. */
  readonly breaker: CircuitBreaker;
}

/** One that is open, as its list knows it. */
export interface Entry extends Omit<OpenSlice, 'state'> {
  readonly combination: Combination;
}

/** The slices that are open now, those with fewest attributes first. */
export class OpenSlices {
  readonly #most: number;
  #entries: readonly Entry[] = NONE;
  #closed: readonly { readonly combination: Combination; readonly generation: number }[] = [];
  #generation = 0;
  #refused = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Those that were closed and not looked at since are among them. */
  get size(): number {
    return this.#entries.length;
  }

  /** Grows whenever one closes. */
  get generation(): number {
    return this.#generation;
  }

  get list(): readonly OpenSlice[] {
    this.#forgetClosed();
    return this.#entries.map(({ name, attributes, reason, since, breaker }) =>
      Object.freeze({ name, attributes, reason, since, state: breaker.state, breaker }),
    );
  }

  /** How many calls all of them refused. */
  get refused(): number {
    return this.#entries.reduce((sum, { breaker }) => sum + breaker.counts.refused, this.#refused);
  }

  /** Those that a call is part of. */
  covering(reading: Reading): readonly Entry[] {
    let covering = NONE;
    for (const entry of this.#entries) {
      if (!entry.combination.has(reading)) continue;
      if (entry.breaker.state === 'closed') this.#forget(entry);
      else covering = covering === NONE ? [entry] : [...covering, entry];
    }
    return covering;
  }

  /** Whether how a call ended counts for nothing: it is part of one, or of one that closed after it was let in. */
  mutes(reading: Reading, generation: number): boolean {
    return (
      this.#entries.some(({ combination }) => combination.has(reading)) ||
      (generation !== this.#generation &&
        this.#closed.some((closed) => closed.generation > generation && closed.combination.has(reading)))
    );
  }

  /** Whether there is a place for one more. The parts of a whole that opens need none of their own. */
  hasRoomFor(combination: Combination): boolean {
    if (this.#entries.length < this.#most) return true;
    this.#forgetClosed();
    this.#closeIdle();
    return this.#entries.length < this.#most || this.#entries.some((entry) => combination.contains(entry.combination));
  }

  add(entry: Entry): void {
    for (const part of this.#entries) {
      if (entry.combination.contains(part.combination)) this.#close(part, `is now part of ${entry.name}`);
    }
    const size = ({ combination }: Entry): number => combination.places.length;
    this.#entries = [...this.#entries, entry].sort((one, other) => size(one) - size(other));
  }

  /** Lets go of those whose time is up and that nobody calls, so that nobody finds out whether they are well. */
  #closeIdle(): void {
    for (const entry of this.#entries) {
      const { state, counts } = entry.breaker;
      if (state === 'half-open' && counts.probes === 0) this.#close(entry, 'its time was up, and its place was needed');
    }
  }

  #close(entry: Entry, reason: string): void {
    entry.breaker.close(reason);
    this.#forget(entry);
  }

  #forgetClosed(): void {
    for (const entry of this.#entries) if (entry.breaker.state === 'closed') this.#forget(entry);
  }

  #forget(entry: Entry): void {
    if (!this.#entries.includes(entry)) return; // who heard of its end asked for the list
    this.#refused += entry.breaker.counts.refused;
    this.#entries = this.#entries.filter((other) => other !== entry);
    this.#generation++;
    this.#closed = [...this.#closed, { combination: entry.combination, generation: this.#generation }].slice(
      -this.#most,
    );
  }
}

const NONE: readonly Entry[] = [];
