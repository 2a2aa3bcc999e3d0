import type { Combination } from './combination.ts';
import { above, difference, less, rateOf, type Share } from './evidence.ts';
import type { Reading } from './reading.ts';
import { TallyByValue } from './tally-by-value.ts';

/** What it takes to be to blame. */
export interface Charge {
  /** The share of failures from which on a part of the calls is to blame. */
  readonly ratio: number;
  /** How many of its calls it takes to tell. */
  readonly minimumCalls: number;
  /** How long a trial lasts at most, in ms. */
  readonly windowMs: number;
  /** How many attributes a combination has at most. */
  readonly maxDepth: number;
}

/** What an attribute tells to be well is spared if it is more than this share of the calls. */
const SPARED = 0.1;
/** What surely fails more than this is not taken apart: as surely as `minimumCalls` failures without a success tell. */
const NEARLY_ALL = 0.8;
/** How many times `minimumCalls` it takes to tell of what fails in part that no attribute takes it apart. */
const PATIENCE = 5;
/** The same, once half of the window has passed. */
const PATIENCE_LATE = 2;
const SURE = 14;

/**
 * A combination on trial: from the moment it is suspected, its calls are counted, and those that have only a part of its
 * attributes in common with it. Values are compared, not hashes, so what comes out is true of these calls.
 */
export class Suspect {
  readonly combination: Combination;
  readonly startedAt: number;
  /** Which of all trials it is, counted from 1. */
  readonly number: number;
  /** By which of its attributes calls share. */
  readonly #calls: number[];
  readonly #failures: number[];
  /** For each attribute it does not have, by place. */
  readonly #within: readonly (TallyByValue | undefined)[];

  constructor(combination: Combination, attributes: number, maxDepth: number, now: number, number: number) {
    const { mask, places } = combination;
    this.combination = combination;
    this.startedAt = now;
    this.number = number;
    this.#calls = Array.from({ length: 2 ** places.length }, () => 0);
    this.#failures = Array.from({ length: 2 ** places.length }, () => 0);
    this.#within =
      places.length === maxDepth
        ? []
        : Array.from({ length: attributes }, (_, place) => (mask & (1 << place) ? undefined : new TallyByValue()));
  }

  /** How its own calls went. */
  get own(): Share {
    return { calls: this.#calls[this.#all] ?? 0, failures: this.#failures[this.#all] ?? 0 };
  }

  /** How all others went that have ended since. */
  get others(): Share {
    return less(this.#sharing(0), this.own);
  }

  /** Counts a call that ended; says whether it was one of its own. */
  count(reading: Reading, failed: boolean): boolean {
    const shared = this.combination.shared(reading);
    this.#calls[shared] = (this.#calls[shared] ?? 0) + 1;
    if (failed) this.#failures[shared] = (this.#failures[shared] ?? 0) + 1;
    if (shared !== this.#all) return false;
    for (let place = 0; place < this.#within.length; place++)
      this.#within[place]?.count(reading.hashes[place] ?? 0, failed);
    return true;
  }

  /** A call that was counted as a success failed after all; says whether it was one of its own. */
  spoil(reading: Reading): boolean {
    const shared = this.combination.shared(reading);
    this.#failures[shared] = (this.#failures[shared] ?? 0) + 1;
    if (shared !== this.#all) return false;
    for (let place = 0; place < this.#within.length; place++) this.#within[place]?.spoil(reading.hashes[place] ?? 0);
    return true;
  }

  /** Whether it is cleared: it fails too rarely, or its time is up. */
  isCleared({ ratio, minimumCalls, windowMs }: Charge, now: number): boolean {
    const calls = this.#calls[this.#all] ?? 0;
    const failures = this.#failures[this.#all] ?? 0;
    if (now - this.startedAt >= windowMs || calls >= 2 * PATIENCE * minimumCalls) return true;
    return calls >= minimumCalls && failures / calls < ratio / 2;
  }

  /** Whether it is to blame. */
  isGuilty(charge: Charge, now: number): boolean {
    const { own } = this;
    if (own.calls < charge.minimumCalls || rateOf(own) < charge.ratio || !this.#needsEach()) return false;
    return this.combination.places.length === charge.maxDepth || this.#isWhole(charge, now);
  }

  /** How near it is to a verdict: -1 if it is called too rarely for one, below 1 if it does not fail enough. */
  prospect({ ratio, minimumCalls, windowMs }: Charge, now: number): number {
    const { own } = this;
    if (own.calls >= minimumCalls) return rateOf(own) / ratio;
    const ageMs = now - this.startedAt;
    return ageMs > windowMs / 10 && own.calls * windowMs < minimumCalls * ageMs ? -1 : 1;
  }

  /** Whether each of its attributes matters: without it, the other calls fail markedly less, and not by chance. */
  #needsEach(): boolean {
    const { own } = this;
    return this.combination.places.every((_, index) => {
      const rest = less(this.#sharing(this.#all & ~(1 << index)), own);
      return rateOf(rest) <= (1 - SPARED / 2) * rateOf(own) && difference(own, rest) >= SURE;
    });
  }

  /** Whether nothing takes it apart: it surely fails nearly always, or after a while no attribute tells which of its calls fail. */
  #isWhole({ ratio, minimumCalls, windowMs }: Charge, now: number): boolean {
    const { own } = this;
    if (above(NEARLY_ALL, own) >= above(NEARLY_ALL, { calls: minimumCalls, failures: minimumCalls })) return true;
    const enough = now - this.startedAt < windowMs / 2 ? PATIENCE : PATIENCE_LATE;
    if (own.calls < enough * minimumCalls) return false;
    return !this.#within.some((tally) => tally?.splits(own, ratio, SPARED));
  }

  /** How the calls went that share at least these. */
  #sharing(bits: number): Share {
    let calls = 0;
    let failures = 0;
    for (let shared = bits; shared <= this.#all; shared++) {
      if ((shared & bits) !== bits) continue;
      calls += this.#calls[shared] ?? 0;
      failures += this.#failures[shared] ?? 0;
    }
    return { calls, failures };
  }

  get #all(): number {
    return this.#calls.length - 1;
  }
}
