import { count, countOrZero, positive, ratio as checkRatio, rejectUnknown } from '@inmesh/core/options';

/** How a half-open circuit finds out whether it may close: made by {@link probes} or {@link ramp}. */
export interface Recovery {
  /** The circuit is half-open from now on. */
  start(): Trial;
}

/** One time of being half-open. Its members must not throw. */
export interface Trial {
  /** What it lets through at first, in words. */
  readonly plan: string;
  /** The share of calls to let in while so many of those it let in are out: 1 is the next one, 0 is none. */
  share(out: number): number;
  /** How far it is, if it goes in steps: what it says when a call is let in is told again when that call ends. */
  readonly step?: number;
  /** A probe went well. */
  succeeded(step?: number): Ruling | undefined;
  /** A probe failed. */
  failed(step?: number): Ruling | undefined;
}

/** What a trial comes to. */
export interface Ruling {
  /** The state to go on in. */
  readonly to: 'closed' | 'open';
  /** Why, in words and with the numbers. */
  readonly reason: string;
}

/** How many calls may probe, and how many of them may fail. */
export interface ProbesOptions {
  /** How many calls it takes to tell; so many may be out at a time (default: 1). */
  readonly calls?: number | undefined;
  /** How many of them may fail without opening the circuit again (default: 0). */
  readonly failures?: number | undefined;
}

/**
 * Lets a number of calls through and decides by these. Without failures to spare the first that fails opens the circuit
 * again.
 *
 * Throws a `RangeError` or `TypeError` that names a wrong option.
 *
 * @example
 * const breaker = circuitBreaker({ halfOpen: probes({ calls: 10, failures: 2 }) });
 */
export function probes({ calls = 1, failures = 0, ...unknown }: ProbesOptions = {}): Recovery {
  rejectUnknown(unknown, arguments[0]);
  count({ calls });
  countOrZero({ failures });
  if (failures >= calls) throw new RangeError(`failures must be fewer than calls, ${calls}, got ${failures}`);
  return { start: () => new Probes(calls, failures) };
}

/** The trial of `probes`. */
export class Probes implements Trial {
  readonly #calls: number;
  readonly #mayFail: number;
  #successes = 0;
  #failures = 0;

  constructor(calls: number, mayFail: number) {
    this.#calls = calls;
    this.#mayFail = mayFail;
  }

  get plan(): string {
    return `${this.#calls} may probe`;
  }

  share(out: number): number {
    return this.#successes + this.#failures + out < this.#calls ? 1 : 0;
  }

  succeeded(): Ruling | undefined {
    this.#successes++;
    return this.#ruling();
  }

  failed(): Ruling | undefined {
    if (++this.#failures <= this.#mayFail) return this.#ruling();
    return {
      to: 'open',
      reason: `probes failed: ${this.#failures}, ${this.#successes} of ${this.#calls} had succeeded`,
    };
  }

  #ruling(): Ruling | undefined {
    if (this.#successes + this.#failures < this.#calls) return undefined;
    return { to: 'closed', reason: `${this.#successes} of ${this.#calls} probes succeeded` };
  }
}

/** How steep a ramp is. */
export interface RampOptions {
  /** The share of calls it lets through once a first probe has succeeded, above 0, at most 1 (default: 0.1). */
  readonly from?: number | undefined;
  /** How much larger the share is at each step, above 1 (default: 2). */
  readonly factor?: number | undefined;
  /** How many calls, let in at one share, have to end before it grows (default: 10). */
  readonly callsPerStep?: number | undefined;
  /** The share of failures among so many calls at which the circuit opens again, above 0, at most 1 (default: 0.5). */
  readonly ratio?: number | undefined;
}

/**
 * Lets one probe through, then a growing share of the calls while they succeed, so that what has just come back is not hit
 * by all of its traffic at once. With its defaults: one call alone, then 10, 20, 40 and 80 % for ten calls each. These have
 * to be let in at that share: how calls of a smaller one ended tells nothing of a larger. A call always goes if no other is
 * out, so that the ramp is climbed where calls are rare.
 *
 * Throws a `RangeError` or `TypeError` that names a wrong option.
 *
 * @example
 * const breaker = circuitBreaker({ halfOpen: ramp({ from: 0.05, callsPerStep: 20 }) });
 */
export function ramp({
  from = 0.1,
  factor = 2,
  callsPerStep = 10,
  ratio = 0.5,
  ...unknown
}: RampOptions = {}): Recovery {
  rejectUnknown(unknown, arguments[0]);
  checkRatio({ from });
  positive({ factor });
  if (factor <= 1) throw new RangeError(`factor must be above 1, got ${factor}`);
  count({ callsPerStep });
  checkRatio({ ratio });
  return { start: () => new Ramp(from, factor, callsPerStep, ratio) };
}

class Ramp implements Trial {
  readonly plan = '1 may probe, then more and more';
  readonly #from: number;
  readonly #factor: number;
  readonly #callsPerStep: number;
  readonly #ratio: number;
  #step = 0;
  #share = 0;
  #succeeded = 0; // of the calls that were let in at this share
  #ended = 0; // of these
  #failures = 0; // among the latest, whenever they were let in
  #latest = 0; // so many, up to a step

  constructor(from: number, factor: number, callsPerStep: number, ratio: number) {
    this.#from = from;
    this.#factor = factor;
    this.#callsPerStep = callsPerStep;
    this.#ratio = ratio;
  }

  get step(): number {
    return this.#step;
  }

  share(out: number): number {
    return out === 0 ? 1 : this.#share;
  }

  succeeded(step?: number): Ruling | undefined {
    if (step === this.#step) this.#succeeded++;
    if (this.#share > 0) return this.#climb(step);
    return this.#goOnWith(this.#from);
  }

  failed(step?: number): Ruling | undefined {
    this.#failures++;
    if (this.#share === 0) return { to: 'open', reason: 'the first probe failed' };
    if (this.#failures / this.#callsPerStep < this.#ratio) return this.#climb(step);
    return {
      to: 'open',
      reason: `${this.#failures} of ${this.#latest + 1} calls at a share of ${show(this.#share)} failed`,
    };
  }

  #climb(step: number | undefined): Ruling | undefined {
    if (++this.#latest === this.#callsPerStep) this.#latest = this.#failures = 0;
    if (step !== this.#step || ++this.#ended < this.#callsPerStep) return undefined;
    return this.#goOnWith(this.#share * this.#factor);
  }

  #goOnWith(share: number): Ruling | undefined {
    if (share >= 1)
      return { to: 'closed', reason: `${this.#succeeded} calls succeeded at a share of ${show(this.#share)}` };
    this.#share = share;
    this.#step++;
    this.#succeeded = this.#ended = this.#failures = this.#latest = 0;
    return undefined;
  }
}

function show(share: number): string {
  return String(Math.round(share * 1_000) / 1_000);
}
