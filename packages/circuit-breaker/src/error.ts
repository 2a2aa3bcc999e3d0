import { RejectedError, type ResilienceErrorFacts } from '@inmesh/core';

/** The circuit lets no call through at the moment. Nothing was sent. */
export class CircuitOpenError extends RejectedError {
  static readonly code = 'ERR_CIRCUIT_OPEN';
  override readonly name = 'CircuitOpenError';
  override readonly code = 'ERR_CIRCUIT_OPEN';
  /** When the next call may probe, in ms from now; while probes are out, at the latest. */
  readonly retryAfterMs: number;

  constructor(facts: ResilienceErrorFacts & { readonly retryAfterMs: number }) {
    super(`${facts.policy} lets no call through; one may probe in ${Math.ceil(facts.retryAfterMs)} ms`, facts);
    this.retryAfterMs = facts.retryAfterMs;
  }
}
