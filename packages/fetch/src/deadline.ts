import { ResilienceError, type Call, type Clock, type Handler, type ResilienceErrorFacts } from '@inmesh/core';
import { CallDeadline, Deadlines, type CallLimit } from '@inmesh/core/deadlines';
import { show } from '@inmesh/core/options';

/** The caller of a call waits no longer for it. What became of it at the other side is not known. */
export class DeadlineExceededError extends ResilienceError {
  static readonly code = 'ERR_DEADLINE_EXCEEDED';
  override readonly name = 'DeadlineExceededError';
  override readonly code = 'ERR_DEADLINE_EXCEEDED';
  /** How long the caller waited, in ms; 0 or less if the call came too late. */
  readonly limitMs: number;
  /** Our own event loop was blocked meanwhile, so it says nothing about the other side. */
  readonly local: boolean;

  constructor({
    limitMs,
    local,
    ...facts
  }: ResilienceErrorFacts & { readonly limitMs: number; readonly local: boolean }) {
    super(
      limitMs > 0 ? `not answered within the ${limitMs} ms that its caller waits` : 'its caller waits no longer',
      facts,
    );
    this.limitMs = limitMs;
    this.local = local;
  }
}

/** Nobody waits longer because we were late; it is a moment for what had arrived. */
const EXCUSE_MS = 20;

/** Ends calls, body included, when those who made them wait no longer. */
export class CallerDeadlines {
  readonly #clock: Clock;
  readonly #deadlines: Deadlines;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#deadlines = new Deadlines(clock, EXCUSE_MS);
  }

  /** Begins a call of which its caller waits `ms` for the end. */
  limit<T>(next: Handler<T>, call: Call, ms: number): Promise<T> {
    if (ms === Infinity) return next(call);
    if (typeof ms !== 'number' || Number.isNaN(ms))
      throw new TypeError(`deadlineMs must give a number of milliseconds or undefined, got ${show(ms)}`);
    if (ms <= 0) {
      const facts = { limitMs: ms, local: false, policy: call.name, captureStack: call.captureStacks };
      return Promise.reject(new DeadlineExceededError(facts));
    }
    const now = this.#clock.now();
    const limit: CallLimit = {
      deadlines: this.#deadlines,
      untilHead: false,
      error: (local) => new DeadlineExceededError({ limitMs: ms, local, policy: call.name }),
    };
    return new CallDeadline(call.fork(now + ms), limit).send(next, now + ms, now);
  }
}
