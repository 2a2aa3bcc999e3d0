import type { Holder } from '@inmesh/core';
import { contentLength, isResponse } from '@inmesh/http';

import { nodeStreams } from './node-streams.ts';

/** When the body of a response is over that did not come through our dispatcher: read, cancelled, died or collected. */
export class Ending {
  #over = false;
  #error: unknown = undefined;
  #holders: Holder[] = [];

  hold(holder: Holder): void {
    if (this.#over) holder.over(this.#error);
    else this.#holders.push(holder);
  }

  end(error?: unknown): void {
    if (this.#over) return;
    const holders = this.#holders;
    this.#over = true;
    this.#error = error;
    this.#holders = [];
    for (const holder of holders) holder.over(error);
  }
}

const endings = new WeakMap<object, Ending>();
const collected = new FinalizationRegistry<Ending>((ending) => {
  ending.end();
});

/** The ending of a foreign response; `undefined` if it has no body to wait for, or one that was read already. */
export function endingOf(response: object): Ending | undefined {
  if (!isResponse(response) || contentLength(response) === 0) return undefined;
  const { body } = response;
  if (typeof body !== 'object' || body === null) return undefined;
  let ending = endings.get(body);
  if (ending === undefined) {
    ending = new Ending();
    endings.set(body, ending);
    collected.register(body, ending);
    watch(body, ending);
  }
  return ending;
}

/** Node tells of its own streams, web streams too, without reading them; of others only their collection is seen. */
function watch(body: object, ending: Ending): void {
  try {
    nodeStreams()?.finished(body, (error) => {
      ending.end(error?.code === 'ERR_STREAM_PREMATURE_CLOSE' ? undefined : error); // somebody cancelled it
    });
  } catch {
    // No stream of Node's.
  }
}
