export type { CircuitBreaker } from './breaker.ts';
export { circuitBreaker, type CircuitBreakerOptions } from './circuit-breaker.ts';
export type { CircuitCounts, CircuitState } from './circuit.ts';
export {
  consecutiveFailures,
  failureRatio,
  type Detection,
  type Detector,
  type FailureRatioOptions,
  type Tally,
} from './detector.ts';
export { CircuitOpenError } from './error.ts';
export type { CircuitPermit } from './permit.ts';
