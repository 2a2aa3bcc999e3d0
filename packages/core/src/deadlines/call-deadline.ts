import type { Call, Handler, Holder, ResilienceError } from '@inmesh/core';

import { Deadline, type Deadlines } from './deadlines.ts';

/** What the limits of many calls have in common. */
export interface CallLimit {
  /** Where they wait for their time. */
  readonly deadlines: Deadlines;
  /** Whether it ends when the head of the result came, else when the result is over. */
  readonly untilHead: boolean;
  /** What a call rejects with and is aborted with. It need capture no stack. */
  error(local: boolean): ResilienceError;
}

/**
 * The limit of one call, which is a fork of its own: rejects and aborts it when the time is up. What is answered late is thrown
 * away.
 */
export class CallDeadline extends Deadline implements Holder {
  readonly #call: Call;
  readonly #limit: CallLimit;
  #reject: ((error: ResilienceError) => void) | undefined = undefined; // gone when the promise is settled, since it refers to the result

  constructor(call: Call, limit: CallLimit) {
    super();
    this.#call = call;
    this.#limit = limit;
  }

  /** Sends the call, and ends it at `at` on the clock, in ms. */
  send<T>(next: Handler<T>, at: number, now: number): Promise<T> {
    const promise = new Promise<T>(keepSettlers);
    const { resolve, reject } = settlers;
    settlers.resolve = settlers.reject = nothing; // they refer to the promise, and so to its result
    this.#reject = this.#call.captureStacks ? leadingTo(new Error(), reject) : reject;
    this.#limit.deadlines.add(this, at, now);
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
    const error = this.#limit.error(local);
    this.#reject?.(error);
    this.#reject = undefined;
    this.#call.abort(error);
  }

  /** The head came: what is left to do is for the body. */
  #settle(result: unknown): void {
    const { protocol } = this.#call;
    const { deadlines, untilHead } = this.#limit;
    const expired = this.#reject === undefined;
    this.#reject = undefined;
    if (expired) {
      protocol.discard(result, this.#call);
      this.#call.release();
    } else if (untilHead) {
      deadlines.remove(this);
      protocol.hold(result, this.#call);
    } else {
      deadlines.settle(this);
      protocol.hold(result, this);
    }
  }

  /** The call is over: its limit too. */
  over(): void {
    this.#limit.deadlines.remove(this);
    this.#call.release();
  }
}

/** Rejects with errors whose stack leads to where the call came from: the stack of a timer leads nowhere. */
function leadingTo(begun: Error, reject: (error: unknown) => void): (error: ResilienceError) => void {
  return (error) => {
    error.stack = `${error.name}: ${error.message}${framesOf(begun)}`;
    reject(error);
  };
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
