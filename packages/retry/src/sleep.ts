import type { AbortSink, Call, Clock, Timer } from '@inmesh/core';

/** Waits, unless the call is aborted: then rejects with the reason at once. It keeps the process alive. */
export function sleep(ms: number, clock: Clock, call: Call): Promise<void> {
  return new Promise((resolve, reject) => {
    let timer: Timer | undefined;
    const sink: AbortSink = {
      abort(reason) {
        clock.clearTimeout(timer);
        reject(reason);
      },
    };
    timer = clock.setTimeout(() => {
      call.offAbort(sink);
      resolve();
    }, ms);
    call.onAbort(sink);
  });
}
