import type { Call } from '@inmesh/core';

/** Waits for something, unless the call is aborted first. */
export function whileWanted(something: Promise<void>, call: Call): Promise<void> {
  return new Promise((resolve, reject) => {
    const sink = { abort: reject };
    call.onAbort(sink);
    something.then(
      () => {
        call.offAbort(sink);
        resolve();
      },
      (error: unknown) => {
        call.offAbort(sink);
        reject(error);
      },
    );
  });
}
