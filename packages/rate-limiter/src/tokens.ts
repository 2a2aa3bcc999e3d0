import { Call, PolicyObject, refuse, type Handler, type Policy } from '@inmesh/core';
import { rejectUnknown } from '@inmesh/core/options';
import { canServe, checkCost } from './gcra.ts';

import type { Gate } from './gate.ts';
import type { WaitingCalls } from './waiting.ts';

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

/** The policy of a gate. */
export class Tokens extends PolicyObject implements TokenBucket {
  readonly #gate: Gate;

  constructor(gate: Gate) {
    super((next) => through(gate, next));
    this.#gate = gate;
  }

  get available(): number {
    return this.#gate.calls.queue.tokens(this.#gate.clock.now());
  }

  get retryAfterMs(): number {
    return this.#gate.calls.queue.waitMs(1, this.#gate.clock.now());
  }

  get waiting(): number {
    return this.#gate.waiting;
  }

  tryAcquire(cost = 1): boolean {
    const gate = this.#gate;
    checkCost(cost, gate.burst);
    return gate.takeNow(cost, gate.clock.now());
  }

  acquire(cost = 1, options?: AcquireOptions): Promise<void> {
    const gate = this.#gate;
    if (options === undefined && canServe(cost, gate.burst) && gate.pass(cost, gate.clock.now()))
      return Promise.resolve();
    return acquireInTurn(gate, cost, options);
  }
}

/** A handler behind a gate. What it asks at each call lies in one scope: where there are many gates, each step is cold memory. */
function through<T>(gate: Gate, next: Handler<T>): Handler<T> {
  return function metered(call) {
    const now = gate.clock.now();
    if (gate.pass(1, now)) return next(call);
    const { calls } = gate;
    const refusal = calls.refusal(call, 1, now);
    return refusal === undefined ? sendInTurn(next, call, calls, now) : refuse(refusal);
  };
}

async function acquireInTurn(gate: Gate, cost: number, options: AcquireOptions = {}): Promise<void> {
  const { signal, ...unknown } = options;
  rejectUnknown(unknown, options);
  if ('aborted' in options) throw new TypeError('options must be { signal }, got a signal'); // which has no options of its own
  checkCost(cost, gate.burst);
  await gate.calls.acquire(Call.start(undefined, { signal }), cost);
}

/** An async function, so that an error's stack still leads to the caller. */
async function sendInTurn<T>(next: Handler<T>, call: Call, calls: WaitingCalls, now: number): Promise<T> {
  await calls.wait(call, 1, now);
  calls.start(call, 1);
  return await next(call);
}
