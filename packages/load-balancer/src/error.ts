import { RejectedError, type ResilienceErrorFacts } from '@inmesh/core';

/** There is no endpoint to send to. Its `cause` is why the source of endpoints failed, if it did. */
export class NoEndpointError extends RejectedError {
  static readonly code = 'ERR_NO_ENDPOINT';
  override readonly name = 'NoEndpointError';
  override readonly code = 'ERR_NO_ENDPOINT';

  constructor({ reason, ...facts }: ResilienceErrorFacts & { readonly reason: string }) {
    super(`no endpoint: ${reason}`, facts);
  }
}
