import { RejectedError, type ResilienceErrorFacts } from '@inmesh/core';

import type { RefusalReason } from './queue.ts';

/** The bucket holds too few tokens for the call, which could not wait for them either. Nothing was sent, nothing taken. */
export class RateLimitedError extends RejectedError {
  static readonly code = 'ERR_RATE_LIMITED';
  override readonly name = 'RateLimitedError';
  override readonly code = 'ERR_RATE_LIMITED';
  /** When the bucket will hold enough that nobody waits for, in ms from now, if nobody else takes from it. */
  readonly retryAfterMs: number;
  /** Why it did not wait for them. */
  readonly reason: RefusalReason;

  constructor(facts: ResilienceErrorFacts & { readonly retryAfterMs: number; readonly reason?: RefusalReason }) {
    const { policy, retryAfterMs, reason = 'no-token' } = facts;
    super(`${policy} has no token left${WHY[reason]}; the next comes in ${Math.ceil(retryAfterMs)} ms`, facts);
    this.retryAfterMs = retryAfterMs;
    this.reason = reason;
  }
}

const WHY: Readonly<Record<RefusalReason, string>> = {
  'no-token': '',
  'queue-full': ' and as many calls wait as may',
  'wait-too-long': ' and a wait would be too long',
  deadline: ' before the deadline',
};
