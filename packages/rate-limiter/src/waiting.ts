import type { AbortSink, Call, Clock, Timer } from '@inmesh/core';

import { RateLimitedError } from './error.ts';
import { Place, type RefusalReason, type Queue } from './queue.ts';

/**
 * The calls that wait in a queue. One timer rings for all of them, at the turn of the first; it is set only while somebody
 * waits, and then keeps the process alive. It resolves promises and sends nothing.
 */
export class WaitingCalls {
  readonly queue: Queue;
  readonly #name: string;
  readonly #clock: Clock;
  #timer: Timer | undefined = undefined;
  #first: Place | undefined = undefined; // for whose turn the timer is set
  #served = 0; // calls whose turn has come, but which their promise has not sent yet

  constructor(queue: Queue, name: string, clock: Clock) {
    this.queue = queue;
    this.#name = name;
    this.#clock = clock;
  }

  /** Takes tokens of a call that need not wait. Nobody waits, and nobody who waited is still to be sent. */
  pass(tokens: number, now: number): boolean {
    return this.#served === 0 && this.queue.take(tokens, now);
  }

  /** What a call is refused with that can neither pass nor wait; `undefined` if it may wait. */
  refusal(call: Call, tokens: number, now: number): RateLimitedError | undefined {
    this.#advance(now); // a blocked event loop may have kept the timer from ringing
    const reason = this.queue.objection(tokens, call.deadline, now);
    return reason === undefined ? undefined : this.refuse(call, reason, this.queue.waitMs(tokens, now));
  }

  /**
   * Waits for the tokens, unless the call is aborted: then it rejects with the reason at once. Whoever it resolves for says
   * so by {@link start}, before anything else.
   */
  wait(call: Call, tokens: number, now: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiter = new Waiter(this, call, tokens, resolve, reject);
      this.queue.join(waiter);
      call.onAbort(waiter); // at once if it is aborted
      this.#advance(now);
    });
  }

  /** Takes tokens by hand, at once or in turn. */
  async acquire(call: Call, tokens: number): Promise<void> {
    if (call.aborted) throw call.reason;
    const now = this.#clock.now();
    if (this.pass(tokens, now)) return;
    const refusal = this.refusal(call, tokens, now);
    if (refusal !== undefined) throw refusal;
    try {
      await this.wait(call, tokens, now);
      this.start(call, tokens);
    } finally {
      call.release();
    }
  }

  /** A call that waited goes on. If it was aborted since its turn came, it gives the tokens back and throws the reason. */
  start(call: Call, tokens: number): void {
    this.#served--;
    if (!call.aborted) return;
    this.queue.putBack(tokens);
    this.#advance(this.#clock.now(), true);
    throw call.reason;
  }

  served(): void {
    this.#served++;
  }

  leave(waiter: Waiter): void {
    this.queue.leave(waiter);
    this.#advance(this.#clock.now());
  }

  refuse(call: Call, reason: RefusalReason, retryAfterMs: number): RateLimitedError {
    return new RateLimitedError({ policy: this.#name, reason, retryAfterMs, captureStack: call.captureStacks });
  }

  /** Serves whose turn has come, and sets the timer if another is first now or the first one's turn was `moved`. */
  #advance(now: number, moved = false): void {
    this.queue.advance(now);
    const { first } = this.queue;
    if (first === this.#first && !moved) return;
    this.#clock.clearTimeout(this.#timer);
    this.#first = first;
    this.#timer = first && this.#clock.setTimeout(() => this.#ring(), this.queue.dueInMs(now));
  }

  #ring(): void {
    this.#timer = undefined;
    this.#advance(this.#clock.now(), true);
  }
}

class Waiter extends Place implements AbortSink {
  readonly #calls: WaitingCalls;
  readonly #call: Call;
  readonly #resolve: () => void;
  readonly #reject: (error: unknown) => void;

  constructor(calls: WaitingCalls, call: Call, tokens: number, resolve: () => void, reject: (error: unknown) => void) {
    super(tokens, call.deadline);
    this.#calls = calls;
    this.#call = call;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  override serve(): void {
    this.#call.offAbort(this);
    this.#calls.served();
    this.#resolve();
  }

  override refuse(waitMs: number): void {
    this.#call.offAbort(this);
    this.#reject(this.#calls.refuse(this.#call, 'deadline', waitMs));
  }

  abort(reason: unknown): void {
    this.#calls.leave(this);
    this.#reject(reason);
  }
}
