// What the programs beside this file call: a service for prices that can be well, down or hanging.
import { setTimeout as later } from 'node:timers/promises';

export class NotFoundError extends Error {
  override readonly name = 'NotFoundError';
}

export class Prices {
  is: 'well' | 'down' | 'hanging' = 'well';
  requests = 0;

  async priceOf(sku: string, { signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<number> {
    this.requests++;
    await later(this.is === 'hanging' ? 60_000 : 1, undefined, {
      ref: this.is !== 'hanging',
      ...(signal && { signal }),
    });
    if (this.is === 'down') throw new Error('connection refused');
    if (sku === 'nope') throw new NotFoundError('no such item');
    return 12;
  }

  async ping(): Promise<void> {
    if (this.is !== 'well') throw new Error('unwell');
  }
}
