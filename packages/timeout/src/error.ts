import { ResilienceError, type ResilienceErrorFacts } from '@inmesh/core';

/** The call took longer than its limit. What became of it at the other side is not known. */
export class TimeoutError extends ResilienceError {
  static readonly code = 'ERR_TIMEOUT';
  override readonly name = 'TimeoutError';
  override readonly code = 'ERR_TIMEOUT';
  /** The limit, in ms. */
  readonly limitMs: number;
  /** Our own event loop was blocked meanwhile, so it says nothing about the other side. */
  readonly local: boolean;

  constructor({
    limitMs,
    local,
    ...facts
  }: ResilienceErrorFacts & { readonly limitMs: number; readonly local: boolean }) {
    super(`timed out after ${limitMs} ms`, facts);
    this.limitMs = limitMs;
    this.local = local;
  }
}
