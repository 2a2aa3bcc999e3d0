import {
  quietly,
  SUCCESS,
  systemClock,
  verdictOf,
  verdictOfError,
  type Call,
  type Clock,
  type Holder,
  type Judge,
  type Policy,
  type Verdict,
} from '@inmesh/core';
import { clockOf, judgeOf, rejectUnknown } from '@inmesh/core/options';

import { CallMeters, SECONDS } from './call-meters.ts';
import { metricName, registryOf } from './checks.ts';
import { EventMeters } from './event-meters.ts';
import type { GaugeSeries } from './gauge.ts';
import type { Registry } from './registry.ts';

/** What the metrics of calls are named, and how durations are shown. */
export interface MeasuredOptions {
  /** What the metrics of calls begin with, for calls that are no HTTP requests (default: `http_client`). */
  readonly prefix?: string | undefined;
  /**
   * The upper bounds of the durations to the head, in seconds (default: OpenTelemetry's, 5 ms to 10 s). Policies of one
   * registry and prefix must agree.
   */
  readonly buckets?: readonly number[] | undefined;
  /** Its own word on outcomes, before the protocol's. */
  readonly judge?: Judge | undefined;
  /** Where time comes from (default: `systemClock`). */
  readonly clock?: Clock | undefined;
}

/** A policy that counts and times. */
export interface Measured extends Policy {
  /** Stops to listen to circuits and endpoints. Calls are counted still. */
  close(): void;
}

/**
 * Counts and times every call in a registry, and what happens to circuits and endpoints. It goes outermost, once.
 *
 * Policies of one registry share their metrics. Nothing it does can make a call fail.
 *
 * Throws a `RangeError` or `TypeError` that names a wrong option.
 *
 * @example
 * const registry = createRegistry();
 * const policy = compose(measured(registry), timeout(2_000), retry());
 */
export function measured(
  registry: Registry,
  { prefix = 'http_client', buckets = SECONDS, judge, clock = systemClock, ...unknown }: MeasuredOptions = {},
): Measured {
  rejectUnknown(unknown, arguments[1]);
  judgeOf({ judge });
  clockOf({ clock });
  metricName({ prefix });
  const { calls, events } = registryOf({ registry }).together(() => ({
    calls: new CallMeters(registry, prefix, buckets),
    events: EventMeters.of(registry),
  }));

  // Not core's `observed`, which tells of a call when it is over: a stream would be counted hours after its head.
  const policy: Policy = (next) =>
    function metered(call) {
      const timing = new Timing(calls, call, clock, judge);
      try {
        return next(call).then(
          (result) => {
            timing.fulfil(result);
            call.protocol.hold(result, timing);
            return result;
          },
          (error: unknown) => {
            timing.fail(error);
            throw error;
          },
        );
      } catch (error) {
        timing.fail(error); // a policy inside that throws instead of rejecting
        return Promise.reject(error);
      }
    };
  return Object.assign(policy, { close: events.listen() });
}

/** One call under way. */
class Timing implements Holder {
  readonly #meters: CallMeters;
  readonly #call: Call;
  readonly #clock: Clock;
  readonly #judge: Judge | undefined;
  readonly #active: GaugeSeries;
  readonly #startedAt: number;
  #errorType = '';

  constructor(meters: CallMeters, call: Call, clock: Clock, judge: Judge | undefined) {
    this.#meters = meters;
    this.#call = call;
    this.#clock = clock;
    this.#judge = judge;
    this.#active = meters.began(call);
    this.#startedAt = clock.now();
  }

  fulfil(result: unknown): void {
    quietly('measured', () => {
      this.#settle(verdictOf(this.#call, result, this.#judge), undefined);
    });
  }

  /** It rejected, and is over with that. */
  fail(error: unknown): void {
    quietly('measured', () => {
      this.#settle(verdictOfError(this.#call, error, this.#judge), error);
    });
    this.over(error);
  }

  over(error?: unknown): void {
    this.#active.dec();
    quietly('measured', () => {
      const verdict = error === undefined ? SUCCESS : verdictOfError(this.#call, error, this.#judge);
      this.#meters.over(this.#call, verdict, error, this.#errorType, this.#seconds());
    });
  }

  #settle(verdict: Verdict, error: unknown): void {
    this.#errorType = this.#meters.settled(this.#call, verdict, error, this.#seconds());
  }

  #seconds(): number {
    return (this.#clock.now() - this.#startedAt) / 1000;
  }
}
