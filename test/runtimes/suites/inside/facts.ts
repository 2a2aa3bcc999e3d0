import { channel, RejectedError, run, systemClock, type Policy } from '@inmesh/core';

import type { Fact } from '../platforms.ts';

/** What inmesh can do on this platform: asked of inmesh itself, not of the platform's name. */
export async function facts(): Promise<Record<Fact, boolean>> {
  return {
    'events on `diagnostics_channel`': mirrors(),
    'maintenance lets the process end': letsGo(),
    'errors show the caller': await showsCaller(),
    'refusals have no stack': !new Refused('refused', { policy: 'facts' }).stack?.includes('\n    at '),
  };
}

class Refused extends RejectedError {
  override readonly code = 'ERR_REFUSED';
}

interface Diagnostics {
  subscribe(name: string, listener: () => void): void;
}

declare const process: { getBuiltinModule?(name: string): Diagnostics | undefined } | undefined;

/** Whoever listens to the channel itself hears in any case. */
function mirrors(): boolean {
  const events = channel<string>('test:facts');
  let own = 0;
  let mirrored = 0;
  const stop = events.subscribe(() => own++);
  const diagnostics =
    typeof process === 'undefined' ? undefined : process.getBuiltinModule?.('node:diagnostics_channel');
  diagnostics?.subscribe(events.name, () => mirrored++);
  events.publish('heard');
  stop();
  if (own !== 1) throw new Error(`a listener heard an event ${own} times`);
  return mirrored === 1;
}

/** A policy that maintains something says `timer.unref?.()`. */
function letsGo(): boolean {
  const timer = systemClock.setTimeout(() => {}, 1_000);
  timer.unref?.();
  systemClock.clearTimeout(timer);
  return typeof timer.unref === 'function';
}

async function showsCaller(): Promise<boolean> {
  const through: Policy = (next) => (call) =>
    next(call).then(
      (result) => result,
      (error) => {
        throw error;
      },
    );
  async function failing(): Promise<never> {
    await Promise.resolve();
    throw new Error('down');
  }
  async function theCaller(): Promise<unknown> {
    return await run(through, failing);
  }
  const stack = await theCaller().catch((error: Error) => error.stack);
  return String(stack).includes('theCaller');
}
