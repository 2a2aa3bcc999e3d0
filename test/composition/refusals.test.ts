import { refuse, RejectedError } from '@inmesh/core';
import { expect, it, onTestFinished } from 'vitest';

class Full extends RejectedError {
  static readonly code = 'ERR_FULL';
  override readonly code = 'ERR_FULL';
}

it('a refusal leaves nothing for Node to take back, and Node tells of one that nobody handles', async () => {
  const told: unknown[] = [];
  const runners = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  const unhandled = (error: unknown) => told.push(error);
  const handled = () => told.push('handled');
  process.on('unhandledRejection', unhandled).on('rejectionHandled', handled);
  onTestFinished(() => {
    process.off('unhandledRejection', unhandled).off('rejectionHandled', handled);
    for (const listener of runners) process.on('unhandledRejection', listener);
  });
  const nobodys = new Full('full', { policy: 'queue' });
  await refuse(new Full('full', { policy: 'queue' })).catch(() => {});
  void refuse(nobodys);
  await new Promise(setImmediate);

  expect(told).toEqual([nobodys]);
});
