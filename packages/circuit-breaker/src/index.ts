export type { CircuitBreaker } from './breaker.ts';
export { circuitBreaker, type CircuitBreakerOptions } from './circuit-breaker.ts';
export type { CircuitCounts, CircuitMode, CircuitState } from './circuit.ts';
export { consecutiveFailures } from './consecutive-failures.ts';
export type { Detection, Detector, Tally } from './detector.ts';
export { timed, type EffectiveTime, type Timing } from './effective-time.ts';
export { CircuitOpenError } from './error.ts';
export { failureRatio, type FailureRatioOptions } from './failure-ratio.ts';
export {
  growing,
  heedRetryAfter,
  type GrowingOptions,
  type HeedRetryAfterOptions,
  type OpenFor,
  type Opening,
} from './opening.ts';
export type { CircuitPermit } from './permit.ts';
export {
  probes,
  ramp,
  type ProbesOptions,
  type RampOptions,
  type Recovery,
  type Ruling,
  type Trial,
} from './recovery.ts';
export { slowCallRatio, type SlowCallRatioOptions } from './slow-call-ratio.ts';
export type { CircuitSnapshot } from './snapshot.ts';
export { lastCalls, type CallWindow } from './span.ts';
export { tripWhen, type TripWhenOptions } from './trip-when.ts';
export type { WindowCounts } from './window-detection.ts';
