import { circuitBreaker, CircuitOpenError, failureRatio, type CircuitBreakerOptions } from '@inmesh/circuit-breaker';
import { circuitChannel, compose, IGNORABLE, isError, run, SUCCESS, type Clock, type Policy } from '@inmesh/core';
import { observed } from '@inmesh/core/observed';
import { tokenBucket } from '@inmesh/rate-limiter';
import { timeout } from '@inmesh/timeout';

import type { Breaker, Settings, Subject } from './subject.ts';

function optionsOf(settings: Settings, clock: Clock): CircuitBreakerOptions {
  const { ratio, minimumCalls, windowMs, openForMs, saysWell, saysNothing } = settings;
  return {
    trip: failureRatio({
      ...(ratio !== undefined && { ratio }),
      ...(minimumCalls !== undefined && { minimumCalls }),
      ...(windowMs !== undefined && { windowMs }),
    }),
    ...(openForMs !== undefined && { openForMs }),
    judge: {
      ofError(error) {
        if (saysWell?.(error) === true) return SUCCESS;
        return saysNothing?.(error) === true ? IGNORABLE : undefined;
      },
    },
    clock,
  };
}

/** The breaker, with what the settings want around and inside it. */
function breakerOf(options: CircuitBreakerOptions, settings: Settings, clock: Clock): Breaker {
  const breaker = circuitBreaker(options);
  const { onSuccess, onOpen, timeoutMs, capacity } = settings;
  const layers: Policy[] = [breaker];
  if (onSuccess !== undefined) {
    layers.unshift(
      observed((_call, { verdict, error }) => {
        if (verdict.health === 'success' && error === undefined) onSuccess();
      }),
    );
  }
  if (onOpen !== undefined) {
    const stop = circuitChannel.subscribe(({ subject, to }) => {
      if (subject !== breaker || to !== 'open') return;
      stop();
      onOpen();
    });
  }
  if (timeoutMs !== undefined) layers.push(timeout(timeoutMs, { clock }));
  if (capacity !== undefined) layers.push(tokenBucket({ ratePerSecond: 0.001, burst: capacity, clock }));
  const policy = compose(...layers);
  return {
    get state() {
      return breaker.state;
    },
    call: (work, signal) => run(policy, (call) => work(call.signal), { signal }),
  };
}

export const inmesh: Subject = {
  name: 'inmesh',
  version: '',
  make: (settings, clock) => breakerOf(optionsOf(settings, clock), settings, clock),
  twins(settings, clock) {
    const options = optionsOf(settings, clock);
    const before = Object.keys(options).length;
    const breakers = [breakerOf(options, settings, clock), breakerOf(options, settings, clock)] as const;
    return { breakers, added: Object.keys(options).length - before };
  },
  isRefusal: (error) => isError(error, CircuitOpenError),
};
