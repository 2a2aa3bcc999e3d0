import { circuitBreaker, type CircuitBreaker, type CircuitBreakerOptions } from '@inmesh/circuit-breaker';
import {
  plain,
  verdictOf,
  verdictOfError,
  type Call,
  type Clock,
  type Handler,
  type Holder,
  type Judge,
  type Verdict,
} from '@inmesh/core';

import { rateOf, type Share } from './evidence.ts';
import type { Culprit, Finder } from './finder.ts';
import { OpenSlices, type OpenSlice } from './open-slices.ts';
import type { Reading } from './reading.ts';

/** What the circuits of slices are made with. */
type SliceCircuit = Pick<
  CircuitBreakerOptions,
  'openForMs' | 'halfOpen' | 'leaseMs' | 'mode' | 'countPushback' | 'judge' | 'clock' | 'random'
>;

/** What slices have seen, at one moment. */
export interface SlicesCounts {
  /** Calls that went well and of which no slice was open, since it was made. */
  readonly successes: number;
  /** Calls that failed and of which no slice was open, since it was made. */
  readonly failures: number;
  /** Outcomes that counted for nothing: ignorable ones, pushback, and late ones of a slice that opened. Since it was made. */
  readonly ignored: number;
  /** Calls that an open slice did not let through. Since it was made. */
  readonly refused: number;
  /** How many combinations are suspected now. */
  readonly suspects: number;
  /** How often a slice was to open and had no place, as `maxOpen` were open. Since it was made. */
  readonly unopened: number;
}

/** What a watch is made of. */
export interface WatchSettings {
  readonly name: string;
  readonly reading: Reading;
  readonly finder: Finder;
  readonly maxOpen: number;
  readonly circuit: SliceCircuit;
  readonly countPushback: boolean;
  readonly judge: Judge | undefined;
  readonly clock: Clock;
}

/** Judges how calls end, tells what finds the culprit, and opens it. */
export class Watch {
  readonly #settings: WatchSettings;
  readonly #open: OpenSlices;
  #successes = 0;
  #failures = 0;
  #ignored = 0;
  #unopened = 0;

  constructor(settings: WatchSettings) {
    this.#settings = settings;
    this.#open = new OpenSlices(settings.maxOpen);
  }

  get open(): readonly OpenSlice[] {
    return this.#open.list;
  }

  get counts(): SlicesCounts {
    return Object.freeze({
      successes: this.#successes,
      failures: this.#failures,
      ignored: this.#ignored,
      refused: this.#open.refused,
      suspects: this.#settings.finder.suspects,
      unopened: this.#unopened,
    });
  }

  /** What is to be kept of the moment at which a call is let in. */
  get generation(): number {
    return this.#open.generation;
  }

  /** The way through the circuits of the open slices that the call is part of; `undefined` if it is part of none. */
  gate<T>(call: Call, next: Handler<T>): Handler<T> | undefined {
    if (this.#open.size === 0) return undefined;
    const { reading } = this.#settings;
    reading.read(call);
    const covering = this.#open.covering(reading);
    if (covering.length === 0) return undefined;
    return covering.reduceRight((inner, { breaker }) => breaker(inner), next);
  }

  /** The head came. The body of a success may yet die. */
  fulfilled(call: Call, result: unknown, generation: number): void {
    const verdict = verdictOf(call, result, this.#settings.judge);
    this.#settle(call, verdict, generation);
    const { protocol } = call;
    if (verdict.health === 'success' && protocol.hold !== plain.hold)
      protocol.hold(result, new Body(this, call, generation, this.#settings.finder.trials)); // a plain result has none
  }

  rejected(call: Call, error: unknown, generation: number): void {
    this.#settle(call, verdictOfError(call, error, this.#settings.judge), generation);
  }

  /** The body died of a result whose head was a success, when so many trials had begun. */
  spoiled(call: Call, error: unknown, generation: number, trials: number): void {
    const failed = this.#failed(verdictOfError(call, error, this.#settings.judge));
    if (failed !== true) return;
    const { finder, reading, clock } = this.#settings;
    reading.read(call);
    if (this.#open.mutes(reading, generation)) return;
    this.#successes--;
    this.#failures++;
    const now = clock.now();
    this.#convict(finder.failed(reading, now, trials), now);
  }

  #settle(call: Call, verdict: Verdict, generation: number): void {
    const { finder, reading, clock } = this.#settings;
    const failed = this.#failed(verdict);
    if (failed === false && finder.suspects === 0) {
      this.#successes++; // as nearly always, and nobody asks for more
      return;
    }
    if (failed !== undefined) reading.read(call);
    if (failed === undefined || this.#open.mutes(reading, generation)) this.#ignored++;
    else if (failed) {
      this.#failures++;
      const now = clock.now();
      this.#convict(finder.failed(reading, now), now);
    } else {
      this.#successes++;
      finder.succeeded(reading, clock.now());
    }
  }

  /** `undefined` if it counts for nothing. */
  #failed({ health, pushback }: Verdict): boolean | undefined {
    if (pushback) return this.#settings.countPushback ? true : undefined;
    return health === 'ignorable' ? undefined : health === 'failure';
  }

  #convict(culprit: Culprit | undefined, now: number): void {
    if (culprit === undefined) return;
    if (!this.#open.hasRoomFor(culprit.combination)) {
      this.#unopened++;
      return;
    }
    const { names } = this.#settings.reading;
    const { combination } = culprit;
    const name = this.#settings.name + combination.show(names);
    const reason = whyOf(culprit, now);
    const breaker = this.#circuit(name);
    const attributes = combination.named(names);
    this.#open.add({ name, attributes, reason, since: now, breaker, combination });
    breaker.open(reason);
  }

  #circuit(name: string): CircuitBreaker {
    return circuitBreaker({ ...this.#settings.circuit, trip: () => UNDETECTING, name });
  }
}

/** It is forgotten when it closes, so nothing needs to open it again. */
const UNDETECTING = {
  succeeded: () => undefined,
  failed: () => undefined,
  tally: () => ({ successes: 0, failures: 0 }),
};

function whyOf({ own, others, since }: Culprit, now: number): string {
  const what = `${own.failures} of ${own.calls} calls failed within ${Math.ceil(now - since)} ms`;
  return others.calls === 0 ? what : `${what}, ${percent(others)} of ${others.calls} others`;
}

function percent(share: Share): string {
  return `${Math.round(rateOf(share) * 1_000) / 10} %`;
}

/** Waits for the end of a result whose head was a success. */
class Body implements Holder {
  readonly #watch: Watch;
  readonly #call: Call;
  readonly #generation: number;
  readonly #trials: number;

  constructor(watch: Watch, call: Call, generation: number, trials: number) {
    this.#watch = watch;
    this.#call = call;
    this.#generation = generation;
    this.#trials = trials;
  }

  over(error?: unknown): void {
    if (error !== undefined) this.#watch.spoiled(this.#call, error, this.#generation, this.#trials);
  }
}
