import type { Call, Clock } from '@inmesh/core';
import { contentLength, isResponse } from '@inmesh/http';

import { attemptOf } from './outcome.ts';

const MOST_TO_DRAIN = 64 * 1024;
const LONGEST_DRAIN_MS = 1_000;

/**
 * Throws a response away so that its connection is free: reads what little is left, for a second at most, so that the
 * connection can be used again; cancels what is long, or of unknown length.
 */
export function discard(result: unknown, call: Call, clock: Clock): void {
  if (!isResponse(result) || attemptOf(result)?.isOver === true) return;
  const body = result.body as Body | null | undefined; // a stream of some kind: its members are asked for, not believed
  if (typeof body !== 'object' || body === null || body.locked === true) return;
  const length = contentLength(result);
  const forMs = Math.min(LONGEST_DRAIN_MS, call.deadline - clock.now());
  if (length !== undefined && length <= MOST_TO_DRAIN && forMs > 0 && !call.aborted && body.getReader !== undefined)
    void drain(body.getReader(), forMs, clock);
  else if (body.cancel !== undefined) Promise.resolve(body.cancel()).catch(() => {});
  else body.destroy?.();
}

interface Body {
  readonly locked?: boolean;
  getReader?(): Reader;
  cancel?(): Promise<void>;
  destroy?(): void;
}

interface Reader {
  read(): Promise<{ readonly done: boolean }>;
  cancel(): Promise<void>;
}

/** Reads to the end, unless that takes too long. */
async function drain(reader: Reader, forMs: number, clock: Clock): Promise<void> {
  const timer = clock.setTimeout(() => {
    reader.cancel().catch(() => {});
  }, forMs);
  timer.unref?.();
  try {
    while (!(await reader.read()).done);
  } catch {
    // It died, which nobody needs to know.
  }
  clock.clearTimeout(timer);
}
