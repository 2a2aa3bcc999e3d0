import { RejectedError, type ResilienceErrorFacts } from '@inmesh/core';

/** The bucket holds too few tokens for the call. Nothing was sent, nothing was taken. */
export class RateLimitedError extends RejectedError {
  static readonly code = 'ERR_RATE_LIMITED';
  override readonly name = 'RateLimitedError';
  override readonly code = 'ERR_RATE_LIMITED';
  /** When the bucket will hold enough, in ms from now, if nobody else takes from it. */
  readonly retryAfterMs: number;

  constructor({ retryAfterMs, ...facts }: ResilienceErrorFacts & { readonly retryAfterMs: number }) {
    super(`${facts.policy} has no token left; the next comes in ${Math.ceil(retryAfterMs)} ms`, facts);
    this.retryAfterMs = retryAfterMs;
  }
}
