import * as cockatiel3 from 'cockatiel-3';
import * as cockatiel4 from 'cockatiel-4';

import { versionOf, type Breaker, type Settings, type State, type Subject } from './subject.ts';

type Cockatiel = typeof cockatiel4;
type Options = Parameters<Cockatiel['circuitBreaker']>[1];

// Its users have to choose these two.
const CHOSEN = { ratio: 0.5, windowMs: 10_000, openForMs: 5_000 };

function optionsOf(cockatiel: Cockatiel, settings: Settings): Options {
  const { ratio, minimumCalls, windowMs, openForMs } = { ...CHOSEN, ...settings };
  return {
    halfOpenAfter: openForMs,
    breaker: new cockatiel.SamplingBreaker({
      threshold: ratio,
      duration: windowMs,
      ...(minimumCalls !== undefined && { minimumRps: (minimumCalls / windowMs) * 1_000 }),
    }),
  };
}

function breakerOf(cockatiel: Cockatiel, options: Options, settings: Settings): Breaker {
  const { saysWell, saysNothing, onSuccess, onOpen, timeoutMs, capacity } = settings;
  // It has one filter, and what that leaves out is nothing to it.
  const counts = (error: unknown): boolean => saysWell?.(error) !== true && saysNothing?.(error) !== true;
  const breaker = cockatiel.circuitBreaker(cockatiel.handleWhen(counts), options);
  if (onSuccess !== undefined) breaker.onSuccess(onSuccess);
  if (onOpen !== undefined) breaker.onBreak(onOpen);
  const limit =
    timeoutMs === undefined ? cockatiel.noop : cockatiel.timeout(timeoutMs, cockatiel.TimeoutStrategy.Aggressive);
  const places = capacity === undefined ? cockatiel.noop : cockatiel.bulkhead(capacity);
  const policy = cockatiel.wrap(breaker, limit, places);
  return {
    get state() {
      return states[breaker.state] ?? 'open';
    },
    call: (work, signal) => policy.execute((context) => work(context.signal), signal),
  };
}

/** By the numbers of its enum. */
const states: readonly State[] = ['closed', 'open', 'half-open'];

function subject(cockatiel: Cockatiel, version: string): Subject {
  return {
    name: 'cockatiel',
    version,
    make: (settings) => breakerOf(cockatiel, optionsOf(cockatiel, settings), settings),
    twins(settings) {
      const options = optionsOf(cockatiel, settings);
      const before = Object.keys(options).length;
      const breakers = [breakerOf(cockatiel, options, settings), breakerOf(cockatiel, options, settings)] as const;
      return { breakers, added: Object.keys(options).length - before };
    },
    isRefusal: (error) => cockatiel.isBrokenCircuitError(error),
  };
}

export const cockatiels: readonly Subject[] = [
  subject(cockatiel3 as unknown as Cockatiel, versionOf('cockatiel-3')), // what is used of it is the same
  subject(cockatiel4, versionOf('cockatiel-4')),
];
