import { systemClock, type Call, type Clock, type Holder, type Policy } from '@inmesh/core';
import { Deadline, Deadlines } from '@inmesh/core/deadlines';
import { clockOf, oneOf, positiveMs, rejectUnknown, text } from '@inmesh/core/options';

import { TimeoutError } from './error.ts';

/** What a limit covers. */
export interface TimeoutOptions {
  /**
   * What has to come in time: all of the result, or only its `head`, for attempts, since nothing can be retried after
   * it, and for streams that may last (default: `body`).
   */
  readonly until?: 'head' | 'body';
  /** Named in its errors (default: `timeout`). */
  readonly name?: string;
  /** Where time comes from (default: `systemClock`). */
  readonly clock?: Clock;
}

/**
 * Ends a call that takes longer than `ms` milliseconds: rejects with {@link TimeoutError} and aborts `call.signal`.
 *
 * The work goes on if it ignores the signal; a promise cannot be killed. What it answers late is thrown away. While our own
 * event loop is blocked nobody times out: what arrived meanwhile wins, and a limit that passed is put off once.
 *
 * Throws a `RangeError` or `TypeError` that names a wrong option.
 *
 * @example
 * const user = await run(timeout(800), ({ signal }) => fetch('http://users/7', { signal }));
 */
export function timeout(
  ms: number,
  { until = 'body', name = 'timeout', clock = systemClock, ...unknown }: TimeoutOptions = {},
): Policy {
  rejectUnknown(unknown, arguments[1]);
  const limit = { ms: positiveMs({ ms }), name: text({ name }), deadlines: new Deadlines(clockOf({ clock }), ms) };
  const untilHead = oneOf({ until }, ['head', 'body']) === 'head';

  return (next) =>
    function limited(call) {
      const now = clock.now();
      const at = now + ms;
      if (at >= call.deadline) return next(call); // an outer limit comes first
      const child = call.fork(untilHead ? call.deadline : at); // a head limit is no deadline: the body may go on
      return new Promise((resolve, reject) => {
        const deadline = new CallDeadline(limit, child, reject, call.captureStacks ? new Error() : undefined);
        limit.deadlines.add(deadline, at, now);
        try {
          // The platform's own `resolve` and `reject` go in as they are, so that V8 finds the caller for an error's stack.
          next(child)
            .then(
              (result) => {
                deadline.settle(result, untilHead);
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
    };
}

interface Limit {
  readonly ms: number;
  readonly name: string;
  readonly deadlines: Deadlines;
}

class CallDeadline extends Deadline implements Holder {
  readonly #limit: Limit;
  readonly #call: Call;
  readonly #begun: Error | undefined; // where the call came from: the stack of a timer leads nowhere
  #reject: ((error: unknown) => void) | undefined; // gone when the promise is settled, since it refers to the result
  #expired = false;

  constructor(limit: Limit, call: Call, reject: (error: unknown) => void, begun: Error | undefined) {
    super();
    this.#limit = limit;
    this.#call = call;
    this.#reject = reject;
    this.#begun = begun;
  }

  override expire(local: boolean): void {
    const { ms, name } = this.#limit;
    this.#expired = true;
    const error = new TimeoutError({ limitMs: ms, local, policy: name });
    if (this.#begun !== undefined) error.stack = `${error.name}: ${error.message}${framesOf(this.#begun)}`;
    this.#reject?.(error);
    this.#reject = undefined;
    this.#call.abort(error);
  }

  /** The head came: what is left to do is for the body. */
  settle(result: unknown, untilHead: boolean): void {
    const { protocol } = this.#call;
    this.#reject = undefined;
    if (this.#expired) {
      protocol.discard(result, this.#call);
      this.#call.release();
    } else if (untilHead) {
      this.#limit.deadlines.remove(this);
      protocol.hold(result, this.#call);
    } else {
      this.#limit.deadlines.settle(this);
      protocol.hold(result, this);
    }
  }

  over(): void {
    this.#limit.deadlines.remove(this);
    this.#call.release();
  }
}

/** The stack of an error, without the line of name and message that V8 begins it with. */
function framesOf({ stack = '' }: Error): string {
  const first = stack.indexOf('\n    at ');
  return first === -1 ? `\n${stack}` : stack.slice(first);
}
