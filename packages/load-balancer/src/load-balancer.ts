import {
  endpointChannel,
  systemClock,
  systemRandom,
  type Clock,
  type Endpoint,
  type EndpointSource,
  type Judge,
  type Policy,
  type Random,
} from '@inmesh/core';
import {
  callable,
  clockOf,
  count,
  judgeOf,
  positiveMs,
  ratio,
  ratioOrZero,
  rejectUnknown,
  show,
  text,
} from '@inmesh/core/options';

import type { Algorithm } from './algorithm.ts';
import { Balancer } from './balancer.ts';
import { Endpoints, type ChangeListener, type EjectionRules } from './endpoints.ts';
import type { HealthState } from './health.ts';
import { peakEwma } from './peak-ewma.ts';
import { toEndpoints } from './snapshot.ts';
import { take } from './source.ts';
import { WaitingCalls } from './waiting.ts';

/** Which endpoints there are, how one is chosen, and when one is left out. */
export interface LoadBalancerOptions {
  /** Where calls may go: a list, in which an origin is short for an endpoint, or a source of such lists. */
  readonly endpoints: readonly (Endpoint | string)[] | EndpointSource;
  /** How it chooses among them (default: `peakEwma()`). */
  readonly algorithm?: Algorithm | undefined;
  /** After how many failures in a row an endpoint is ejected (default: 5). */
  readonly ejectAfterFailures?: number | undefined;
  /**
   * How long the first ejection lasts at most, in ms (default: 1 s). Each one after it lasts twice as long; the actual time is
   * drawn from the upper half, so that many processes do not come back in step.
   */
  readonly ejectForMs?: number | undefined;
  /** The longest ejection, in ms (default: 30 s, or `ejectForMs` if that is longer). Time spent in service shortens the next. */
  readonly maxEjectForMs?: number | undefined;
  /** How many of the endpoints may be ejected at a time; 0 ejects none (default: 0.5). */
  readonly maxEjectedRatio?: number | undefined;
  /** When more than this share of them is ejected, all get calls again (default: 0.5). */
  readonly panicRatio?: number | undefined;
  /** Its own word on outcomes, before the protocol's. */
  readonly judge?: Judge | undefined;
  /** Named in its events and errors (default: `load-balancer`). */
  readonly name?: string | undefined;
  /** Where time comes from (default: `systemClock`). */
  readonly clock?: Clock | undefined;
  /** Where chance comes from (default: `systemRandom`). */
  readonly random?: Random | undefined;
}

/** How an endpoint is doing. */
export interface EndpointState {
  /** As the list or source gave it. */
  readonly endpoint: Endpoint;
  /** `returned`: its ejection is over, but it has not answered well since and gets one call at a time. */
  readonly state: HealthState;
  /** Calls that were sent to it and are not over. */
  readonly inFlight: number;
  /** Failures since its last success. */
  readonly consecutiveFailures: number;
  /** For how much longer it is ejected, in ms; 0 if it is not. */
  readonly ejectedForMs: number;
}

/** A policy that chooses endpoints, with a state to read. */
export interface LoadBalancer extends Policy {
  /** How each endpoint is doing now. */
  readonly endpoints: readonly EndpointState[];
  /** So many are ejected that ejection is ignored. */
  readonly panic: boolean;
  /** Stops reading the source of endpoints. Calls go on with what it said last. */
  close(): void;
}

/**
 * Chooses an endpoint for each sending, binds it under core's key `endpoint` for everything inside, and keeps calls away from
 * endpoints that keep failing.
 *
 * A call that is sent again, by a retry or a hedge outside it, goes to another endpoint. One that a policy inside it refuses
 * is offered to two others at once, and that costs no attempt. Without an endpoint it rejects with {@link NoEndpointError}.
 *
 * Throws a `RangeError` or `TypeError` that names a wrong option or endpoint.
 *
 * @example
 * const api = wrapFetch(compose(retry(), loadBalancer({ endpoints: ['http://10.0.0.1:8080', 'http://10.0.0.2:8080'] })));
 */
export function loadBalancer(options: LoadBalancerOptions): LoadBalancer;
export function loadBalancer({
  endpoints: given,
  algorithm = peakEwma(),
  ejectAfterFailures = 5,
  ejectForMs = 1_000,
  maxEjectForMs = ejectForMs > 30_000 ? ejectForMs : 30_000,
  maxEjectedRatio = 0.5,
  panicRatio = 0.5,
  judge,
  name = 'load-balancer',
  clock = systemClock,
  random = systemRandom,
  ...unknown
}: LoadBalancerOptions = NOTHING): LoadBalancer {
  rejectUnknown(unknown, arguments[0]);
  const rules = checkedRules({ ejectAfterFailures, ejectForMs, maxEjectForMs, maxEjectedRatio, panicRatio });
  checkAlgorithm(algorithm);
  judgeOf({ judge });
  text({ name });
  clockOf({ clock });
  callable({ random });

  const changed: ChangeListener = (change) => {
    if (endpointChannel.hasSubscribers) endpointChannel.publish({ balancer: name, subject, ...change });
  };
  const endpoints = new Endpoints(rules, changed, algorithm);
  const balancer = new Balancer({ name, endpoints, algorithm, judge, clock, random });
  const waiting = new WaitingCalls(name, clock);
  const policy: Policy = (next) =>
    function balanced(call) {
      if (waiting.over) return balancer.send(next, call);
      return waiting.wait(call).then(() => (call.aborted ? Promise.reject(call.reason) : balancer.send(next, call)));
    };
  const subject = Object.defineProperties(policy, {
    endpoints: { get: () => statesOf(endpoints, clock.now()) },
    panic: { get: () => endpoints.panics(clock.now()) },
  }) as Policy & Pick<LoadBalancer, 'endpoints' | 'panic'>; // the members were defined just above
  const stop = take(given, name, waiting, (list) => {
    endpoints.replace(toEndpoints(list), clock.now());
  });
  return Object.defineProperty(subject, 'close', { value: stop }) as LoadBalancer; // that was the last of them
}

const NOTHING = {} as LoadBalancerOptions; // given nothing, as only JavaScript may: what is missing is then told

function checkAlgorithm(algorithm: Algorithm): void {
  if (typeof algorithm?.start !== 'function')
    throw new TypeError(`algorithm must have a start function, got ${show(algorithm)}`);
  const given: { readonly learn?: unknown } = algorithm;
  if (given.learn !== undefined && typeof given.learn !== 'function')
    throw new TypeError(`learn of algorithm must be a function, got ${show(given.learn)}`);
}

function checkedRules(rules: EjectionRules): EjectionRules {
  const { ejectAfterFailures, ejectForMs, maxEjectForMs, maxEjectedRatio, panicRatio } = rules;
  count({ ejectAfterFailures });
  positiveMs({ ejectForMs });
  positiveMs({ maxEjectForMs });
  if (maxEjectForMs < ejectForMs)
    throw new RangeError(`maxEjectForMs must not be below ejectForMs (${ejectForMs}), got ${maxEjectForMs}`);
  ratioOrZero({ maxEjectedRatio });
  ratio({ panicRatio });
  return rules;
}

function statesOf(endpoints: Endpoints, now: number): readonly EndpointState[] {
  endpoints.available(now); // takes back whose time is up
  return endpoints.all.map(({ endpoint, health, inFlight }) => ({
    endpoint,
    state: health.state,
    inFlight,
    consecutiveFailures: health.consecutiveFailures,
    ejectedForMs: health.state === 'ejected' ? health.ejectedUntil - now : 0,
  }));
}
