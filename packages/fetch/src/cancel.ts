import type { Watcher } from './watch.ts';

/**
 * Did the reader cancel? After the head fetch itself ends a request for that, for the caller's abort, and because it
 * cannot decode the body: then the reason is an error of zlib, which has a number and, unlike a full disk, no system call.
 */
export function isCancel(reason: unknown, watcher: Watcher): boolean {
  return !watcher.aborted && !watcher.callerAborted && !isOfZlib(reason);
}

function isOfZlib(reason: unknown): boolean {
  return reason instanceof Error && 'errno' in reason && typeof reason.errno === 'number' && !('syscall' in reason);
}

/** Streams and sockets want errors; a call may be aborted with anything. */
export function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('aborted', { cause: reason });
}
