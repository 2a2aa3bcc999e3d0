import {
  ResilienceError,
  type Call,
  type Clock,
  type Handler,
  type Holder,
  type ResilienceErrorFacts,
} from '@inmesh/core';
import { Deadline, Deadlines } from '@inmesh/core/deadlines';
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
    const facts = { limitMs: ms, policy: call.name, captureStack: call.captureStacks };
    if (ms <= 0) return Promise.reject(new DeadlineExceededError({ ...facts, local: false }));
    const now = this.#clock.now();
    const child = call.fork(now + ms);
    return new Promise((resolve, reject) => {
      const deadline = new CallerDeadline(child, ms, this.#deadlines, reject);
      this.#deadlines.add(deadline, now + ms, now);
      try {
        next(child)
          .then(
            (result) => {
              deadline.settle(result);
              return result;
            },
            (error: unknown) => {
              deadline.over();
              throw error;
            },
          )
          .then(resolve, reject);
      } catch (error) {
        deadline.over(); // a policy that throws instead of rejecting
        reject(error);
      }
    });
  }
}

class CallerDeadline extends Deadline implements Holder {
  readonly #call: Call;
  readonly #ms: number;
  readonly #deadlines: Deadlines;
  #reject: ((error: unknown) => void) | undefined; // gone when the promise is settled, since it refers to the result
  #expired = false;

  constructor(call: Call, ms: number, deadlines: Deadlines, reject: (error: unknown) => void) {
    super();
    this.#call = call;
    this.#ms = ms;
    this.#deadlines = deadlines;
    this.#reject = reject;
  }

  override expire(local: boolean): void {
    const { name: policy, captureStacks: captureStack } = this.#call;
    this.#expired = true;
    const error = new DeadlineExceededError({ limitMs: this.#ms, local, policy, captureStack });
    this.#reject?.(error);
    this.#reject = undefined;
    this.#call.abort(error);
  }

  /** The head came: what is left to do is for the body. */
  settle(result: unknown): void {
    const { protocol } = this.#call;
    this.#reject = undefined;
    if (this.#expired) {
      protocol.discard(result, this.#call);
      this.#call.release();
    } else {
      this.#deadlines.settle(this);
      protocol.hold(result, this);
    }
  }

  over(): void {
    this.#deadlines.remove(this);
    this.#call.release();
  }
}
