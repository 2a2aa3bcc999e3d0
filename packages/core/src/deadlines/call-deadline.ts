import type { Call, Handler, Holder, ResilienceError } from '@inmesh/core';

import { Deadline, type Deadlines } from './deadlines.ts';

/**
 * The limit of one call, which is a fork of its own: rejects and aborts it when the time is up. What is answered late is thrown
 * away. Extend it with the error that says so.
 */
export abstract class CallDeadline extends Deadline implements Holder {
  readonly #call: Call;
  readonly #deadlines: Deadlines;
  readonly #untilHead: boolean;
  #reject: ((error: unknown) => void) | undefined = undefined; // gone when the promise is settled, since it refers to the result
  #begun: Error | undefined = undefined; // where the call came from: the stack of a timer leads nowhere
  #expired = false;

  /** `untilHead` ends it when the head of the result came, else when the result is over. */
  constructor(call: Call, deadlines: Deadlines, untilHead = false) {
    super();
    this.#call = call;
    this.#deadlines = deadlines;
    this.#untilHead = untilHead;
  }

  /** What the call rejects with and is aborted with. It need capture no stack. */
  abstract error(local: boolean): ResilienceError;

  /** Sends the call, and ends it at `at` on the clock, in ms. */
  send<T>(next: Handler<T>, at: number, now: number): Promise<T> {
    const promise = new Promise<T>(keepSettlers);
    const { resolve, reject } = settlers;
    settlers.resolve = settlers.reject = nothing; // they refer to the promise, and so to its result
    this.#reject = reject;
    if (this.#call.captureStacks) this.#begun = new Error();
    this.#deadlines.add(this, at, now);
    try {
      // The platform's own `resolve` and `reject` go in as they are, so that V8 finds the caller for an error's stack.
      next(this.#call)
        .then(
          (result) => {
            this.#settle(result);
            return result;
          },
          (error: unknown) => {
            this.over();
            throw error;
          },
        )
        .then(resolve, reject);
    } catch (error) {
      this.over(); // a policy that throws instead of rejecting
      reject(error);
    }
    return promise;
  }

  override expire(local: boolean): void {
    this.#expired = true;
    const error = this.error(local);
    if (this.#begun !== undefined) error.stack = `${error.name}: ${error.message}${framesOf(this.#begun)}`;
    this.#reject?.(error);
    this.#reject = undefined;
    this.#call.abort(error);
  }

  /** The head came: what is left to do is for the body. */
  #settle(result: unknown): void {
    const { protocol } = this.#call;
    this.#reject = undefined;
    if (this.#expired) {
      protocol.discard(result, this.#call);
      this.#call.release();
    } else if (this.#untilHead) {
      this.#deadlines.remove(this);
      protocol.hold(result, this.#call);
    } else {
      this.#deadlines.settle(this);
      protocol.hold(result, this);
    }
  }

  /** The call is over: its limit too. */
  over(): void {
    this.#deadlines.remove(this);
    this.#call.release();
  }
}

function nothing(_outcome: unknown): void {}

/** What settles the promise made last: an executor of its own for each promise would be 100 B of every call. */
const settlers = { resolve: nothing, reject: nothing };

function keepSettlers(resolve: (result: never) => void, reject: (error: unknown) => void): void {
  settlers.resolve = resolve as typeof nothing; // given what the promise is of
  settlers.reject = reject;
}

/** The stack of an error, without the line of name and message that V8 begins it with. */
function framesOf({ stack = '' }: Error): string {
  const first = stack.indexOf('\n    at ');
  return first === -1 ? `\n${stack}` : stack.slice(first);
}
