import { RejectedError, type ResilienceErrorFacts } from '@inmesh/core';

/** The circuit lets no call through at the moment. Nothing was sent. */
export class CircuitOpenError extends RejectedError {
  static readonly code = 'ERR_CIRCUIT_OPEN';
  override readonly name = 'CircuitOpenError';
  override readonly code = 'ERR_CIRCUIT_OPEN';
  /**
   * When the next call may probe, in ms from now: at the latest, while probes are out. Infinity if the circuit is forced open, 0
   * if it lets some calls through already.
   */
  readonly retryAfterMs: number;

  constructor(facts: ResilienceErrorFacts & { readonly retryAfterMs: number }) {
    super(`${facts.policy} lets ${outlook(facts.retryAfterMs)}`, facts);
    this.retryAfterMs = facts.retryAfterMs;
  }
}

function outlook(retryAfterMs: number): string {
  if (retryAfterMs === 0) return 'only a share of the calls through as yet';
  return `no call through; ${retryAfterMs === Infinity ? 'it is forced open' : `one may probe in ${Math.ceil(retryAfterMs)} ms`}`;
}
