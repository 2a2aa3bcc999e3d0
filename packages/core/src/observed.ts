import { callable, clockOf, rejectUnknown } from '@inmesh/core/options';

import type { Call } from './call.ts';
import { systemClock, type Clock } from './clock.ts';
import { quietly } from './channel.ts';
import type { Policy } from './handler.ts';
import type { Holder } from './protocol.ts';
import { verdictOf, verdictOfError, type Verdict } from './verdict.ts';

/** How a call ended. */
export interface Outcome {
  /** What it says about the other side. A body that died counts, a reader who cancelled does not. */
  readonly verdict: Verdict;
  /** What it rejected with, or what its body died of; `undefined` if it went well. */
  readonly error: unknown;
  /** Until its promise settled: for a response, until its head came. In ms. */
  readonly settledAfterMs: number;
  /** Until it was over: for a response, until its body was read, cancelled, failed or collected. In ms. */
  readonly overAfterMs: number;
}

/** How calls are timed. */
export interface ObservedOptions {
  /** Where time comes from (default: `systemClock`). */
  readonly clock?: Clock;
}

/**
 * Tells the observer of every call when it is over, with its log (`call.noted`) and how it ended. It must not keep the
 * call. What it throws harms no call; it is published on `inmesh:listener`.
 *
 * @example
 * const logged = observed((call, { verdict, overAfterMs }) => console.log(call.name, verdict.health, overAfterMs));
 */
export function observed(
  observer: (call: Call, outcome: Outcome) => void,
  { clock = systemClock, ...unknown }: ObservedOptions = {},
): Policy {
  rejectUnknown(unknown, arguments[1]);
  callable({ observer });
  clockOf({ clock });
  return (next) =>
    function watched(call) {
      const startedAt = clock.now();
      return next(call).then(
        (result) => {
          const settledAfterMs = clock.now() - startedAt;
          call.protocol.hold(
            result,
            new Watch(call, observer, verdictOf(call, result), startedAt, settledAfterMs, clock),
          );
          return result;
        },
        (error: unknown) => {
          const afterMs = clock.now() - startedAt;
          const outcome = {
            verdict: verdictOfError(call, error),
            error,
            settledAfterMs: afterMs,
            overAfterMs: afterMs,
          };
          quietly('observed', () => observer(call, outcome));
          throw error;
        },
      );
    };
}

/** Waits for the end of a result. */
class Watch implements Holder {
  readonly #call: Call;
  readonly #observer: (call: Call, outcome: Outcome) => void;
  readonly #verdict: Verdict;
  readonly #startedAt: number;
  readonly #settledAfterMs: number;
  readonly #clock: Clock;

  constructor(
    call: Call,
    observer: (call: Call, outcome: Outcome) => void,
    verdict: Verdict,
    startedAt: number,
    settledAfterMs: number,
    clock: Clock,
  ) {
    this.#call = call;
    this.#observer = observer;
    this.#verdict = verdict;
    this.#startedAt = startedAt;
    this.#settledAfterMs = settledAfterMs;
    this.#clock = clock;
  }

  over(error?: unknown): void {
    const outcome = {
      verdict: error === undefined ? this.#verdict : verdictOfError(this.#call, error),
      error,
      settledAfterMs: this.#settledAfterMs,
      overAfterMs: this.#clock.now() - this.#startedAt,
    };
    quietly('observed', () => this.#observer(this.#call, outcome));
  }
}
