import type { Call, Clock } from '@inmesh/core';
import { contentLength, isResponse } from '@inmesh/http';

import { nodeStreams } from './node-streams.ts';
import { attemptOf } from './origin.ts';

const MOST_TO_DRAIN = 64 * 1024;
const LONGEST_DRAIN_MS = 1_000;

/**
 * Throws a response away so that its connection is free: reads what little is left, for a second at most, so that the
 * connection can be used again; cancels what is long, or of unknown length.
 */
export function discard(result: unknown, call: Call, clock: Clock, source?: Source): void {
  if (!isResponse(result)) return;
  const from = source ?? attemptOf(result);
  if (from?.isOver === true) return;
  const body = result.body as Body | null | undefined; // a stream of some kind: its members are asked for, not believed
  if (typeof body !== 'object' || body === null || body.locked === true || body.readableDidRead === true) return;
  const length = contentLength(result);
  const forMs = call.aborted ? 0 : Math.min(LONGEST_DRAIN_MS, call.deadline - clock.now());
  const brief = length !== undefined && length <= MOST_TO_DRAIN && forMs > 0;
  if (body.cancel !== undefined) {
    if (brief && body.getReader !== undefined) void drain(body.getReader(), forMs, clock);
    else Promise.resolve(body.cancel()).catch(() => {});
  } else if (body.destroy !== undefined) dispose(body, brief ? forMs : 0, clock, from);
}

/** Where a response came from: its attempt, or the link of a request that led to another. */
interface Source {
  readonly isOver?: boolean;
  drop(): void;
}

interface Body {
  readonly locked?: boolean;
  readonly readableDidRead?: boolean;
  getReader?(): Reader;
  cancel?(): Promise<void>;
  resume?(): void;
  destroy?(): void;
}

/** A Node stream, which may hang on a socket that only its fetch can close. */
function dispose(body: Body, forMs: number, clock: Clock, source: Source | undefined): void {
  const end = (): void => {
    body.destroy?.();
    source?.drop();
  };
  const streams = nodeStreams();
  if (forMs <= 0 || body.resume === undefined || streams === undefined) {
    end();
    return;
  }
  const timer = clock.setTimeout(end, forMs);
  timer.unref?.();
  streams.finished(body, () => {
    clock.clearTimeout(timer);
  });
  body.resume();
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
