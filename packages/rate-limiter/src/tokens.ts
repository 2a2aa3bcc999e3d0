import { Call, PolicyObject, refuse, type Clock, type Handler, type Policy } from '@inmesh/core';
import { positive, rejectUnknown } from '@inmesh/core/options';

import type { Bucket } from './bucket.ts';
import { Queue } from './queue.ts';
import { WaitingCalls } from './waiting.ts';

/** What ends a wait for tokens by hand. */
export interface AcquireOptions {
  /** Ends the wait, with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** A policy with one bucket, however many handlers it wraps. */
export interface TokenBucket extends Policy {
  /** How many tokens it holds that nobody waits for, fractions included. */
  readonly available: number;
  /** How long until it lets the next call through, in ms, behind those that wait: 0 if at once. */
  readonly retryAfterMs: number;
  /** How many calls wait. */
  readonly waiting: number;
  /**
   * Takes `cost` tokens by hand (default: 1), or none if it holds fewer or anybody waits.
   *
   * Throws a `RangeError` if the cost is not above 0 or above `burst`, for it could never be served.
   */
  tryAcquire(cost?: number): boolean;
  /**
   * Takes `cost` tokens by hand (default: 1), and waits for them as a call does. Rejects with {@link RateLimitedError} if it
   * may not wait, with the signal's reason if that aborts, and with what is wrong with its arguments.
   */
  acquire(cost?: number, options?: AcquireOptions): Promise<void>;
}

/** Who may wait. */
export interface WaitingLimits {
  readonly maxQueue: number;
  readonly maxWaitMs: number;
}

/** The policy of a bucket of so many tokens. Its queue is made when a call first finds too few. */
export class Tokens extends PolicyObject implements TokenBucket {
  readonly #bucket: Bucket;
  readonly #clock: Clock;
  readonly #burst: number;
  #made: WaitingCalls | undefined = undefined;
  readonly #limits: WaitingLimits;
  readonly #name: string;

  constructor(bucket: Bucket, burst: number, limits: WaitingLimits, name: string, clock: Clock) {
    super((next) => {
      const metered: typeof next = (call) => {
        const now = clock.now();
        if (this.#pass(1, now)) return next(call);
        const refusal = this.#calls.refusal(call, 1, now);
        if (refusal !== undefined) return refuse(refusal);
        return sendInTurn(next, call, this.#calls, now);
      };
      return metered;
    });
    this.#bucket = bucket;
    this.#clock = clock;
    this.#burst = burst;
    this.#limits = limits;
    this.#name = name;
  }

  get available(): number {
    return this.#calls.queue.tokens(this.#clock.now());
  }

  get retryAfterMs(): number {
    return this.#calls.queue.waitMs(1, this.#clock.now());
  }

  get waiting(): number {
    return this.#made?.queue.size ?? 0;
  }

  tryAcquire(cost = 1): boolean {
    this.#checkCost(cost);
    const now = this.#clock.now();
    return this.#made === undefined ? this.#bucket.take(cost, now) : this.#made.queue.take(cost, now);
  }

  acquire(cost = 1, options?: AcquireOptions): Promise<void> {
    if (options === undefined && this.#isServable(cost) && this.#pass(cost, this.#clock.now()))
      return Promise.resolve();
    return this.#acquireInTurn(cost, options);
  }

  async #acquireInTurn(cost: number, options: AcquireOptions = {}): Promise<void> {
    const { signal, ...unknown } = options;
    rejectUnknown(unknown, options);
    this.#checkCost(cost);
    await this.#calls.acquire(Call.start(undefined, { signal }), cost);
  }

  /** Takes tokens of a call that need not wait. */
  #pass(tokens: number, now: number): boolean {
    return this.#made === undefined ? this.#bucket.take(tokens, now) : this.#made.pass(tokens, now);
  }

  get #calls(): WaitingCalls {
    const { maxQueue, maxWaitMs } = this.#limits;
    return (this.#made ??= new WaitingCalls(new Queue(this.#bucket, maxQueue, maxWaitMs), this.#name, this.#clock));
  }

  /** Once per call: so it makes nothing unless the cost is wrong. */
  #isServable(cost: number): boolean {
    return typeof cost === 'number' && cost > 0 && cost <= this.#burst;
  }

  #checkCost(cost: number): void {
    if (this.#isServable(cost)) return;
    throw new RangeError(`cost must be at most the burst of ${this.#burst}, got ${positive({ cost })}`);
  }
}

/** An async function, so that an error's stack still leads to the caller. */
async function sendInTurn<T>(next: Handler<T>, call: Call, calls: WaitingCalls, now: number): Promise<T> {
  await calls.wait(call, 1, now);
  calls.start(call, 1);
  return await next(call);
}
