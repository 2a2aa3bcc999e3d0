import { quietly, SUCCESS, systemClock, verdictOf, verdictOfError } from '@inmesh/core';
import type { Call, Clock, Holder, Policy, Verdict } from '@inmesh/core';
import { callable, clockOf, rejectUnknown } from '@inmesh/core/options';

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
  readonly clock?: Clock | undefined;
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
      const watch = new Watch(call, observer, clock);
      try {
        return next(call).then(
          (result) => {
            watch.settled(verdictOf(call, result));
            call.protocol.hold(result, watch);
            return result;
          },
          (error: unknown) => {
            watch.failed(error);
            throw error;
          },
        );
      } catch (error) {
        watch.failed(error); // a policy inside that throws instead of rejecting
        return Promise.reject(error);
      }
    };
}

/** Follows one call to its end. */
class Watch implements Holder {
  readonly #call: Call;
  readonly #observer: (call: Call, outcome: Outcome) => void;
  readonly #clock: Clock;
  readonly #startedAt: number;
  #verdict: Verdict = SUCCESS;
  #settledAfterMs = 0;

  constructor(call: Call, observer: (call: Call, outcome: Outcome) => void, clock: Clock) {
    this.#call = call;
    this.#observer = observer;
    this.#clock = clock;
    this.#startedAt = clock.now();
  }

  settled(verdict: Verdict): void {
    this.#verdict = verdict;
    this.#settledAfterMs = this.#afterMs();
  }

  failed(error: unknown): void {
    this.settled(verdictOfError(this.#call, error));
    this.#tell(error, this.#settledAfterMs);
  }

  over(error?: unknown): void {
    if (error !== undefined) this.#verdict = verdictOfError(this.#call, error);
    this.#tell(error, this.#afterMs());
  }

  #afterMs(): number {
    return this.#clock.now() - this.#startedAt;
  }

  #tell(error: unknown, overAfterMs: number): void {
    const outcome = { verdict: this.#verdict, error, settledAfterMs: this.#settledAfterMs, overAfterMs };
    quietly('observed', () => this.#observer(this.#call, outcome));
  }
}
