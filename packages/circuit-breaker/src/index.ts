export type { CircuitBreaker } from './breaker.ts';
export { circuitBreaker, type CircuitBreakerOptions } from './circuit-breaker.ts';
export type { CircuitCounts, CircuitMode, CircuitState } from './circuit/circuit.ts';
export { consecutiveFailures } from './detectors/consecutive-failures.ts';
export type { Detection, Detector, Tally } from './detectors/detector.ts';
export { timed, type EffectiveTime, type Timing } from './detectors/effective-time.ts';
export { CircuitOpenError } from './error.ts';
export { failureRatio, type FailureRatioOptions } from './detectors/failure-ratio.ts';
export {
  growing,
  heedRetryAfter,
  type GrowingOptions,
  type HeedRetryAfterOptions,
  type OpenFor,
  type Opening,
} from './circuit/opening.ts';
export type { CircuitPermit } from './permit.ts';
export {
  probes,
  ramp,
  type ProbesOptions,
  type RampOptions,
  type Recovery,
  type Ruling,
  type Trial,
} from './circuit/recovery.ts';
export { slowCallRatio, type SlowCallRatioOptions } from './detectors/slow-call-ratio.ts';
export type { CircuitSnapshot } from './circuit/snapshot.ts';
export { lastCalls, type CallWindow } from './detectors/span.ts';
export { tripWhen, type TripWhenOptions } from './detectors/trip-when.ts';
export type { WindowCounts } from './detectors/window-detection.ts';
