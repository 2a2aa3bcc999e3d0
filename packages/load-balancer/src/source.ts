import { endpointSourceChannel, type Endpoint, type EndpointSource } from '@inmesh/core';

import { isSource } from './snapshot.ts';
import type { WaitingCalls } from './waiting.ts';

/** Takes the list, or every good list of the source from now on. Gives what stops it. */
export function take(
  given: readonly (Endpoint | string)[] | EndpointSource,
  balancer: string,
  waiting: WaitingCalls,
  replace: (list: unknown) => void,
): () => void {
  if (!isSource(given)) {
    replace(given);
    waiting.admit();
    return () => {};
  }
  const publish = (error: unknown): void => {
    if (endpointSourceChannel.hasSubscribers) endpointSourceChannel.publish({ balancer, error });
  };
  return follow(given, {
    snapshot(list) {
      try {
        replace(list);
      } catch (error) {
        publish(error);
        return;
      }
      waiting.admit();
    },
    ended() {
      waiting.refuse('their source ended and gave none');
    },
    failed(error) {
      waiting.refuse('their source failed and gave none', error);
      publish(error);
    },
  });
}

/** Hears what a source of endpoints says. It must not throw. */
interface SourceListener {
  snapshot(given: unknown): void;
  ended(): void;
  failed(error: unknown): void;
}

/** Reads a source to its end, from now on. Gives a function that stops it. */
function follow(source: EndpointSource, listener: SourceListener): () => void {
  let iterator: AsyncIterator<unknown> | undefined;
  let stopped = false;

  async function read(): Promise<void> {
    try {
      iterator = source[Symbol.asyncIterator]();
      for (;;) {
        const step = await iterator.next();
        if (stopped) return;
        if (step.done === true) break;
        listener.snapshot(step.value);
      }
      listener.ended();
    } catch (error) {
      if (!stopped) listener.failed(error);
    }
  }

  async function stop(): Promise<void> {
    if (stopped) return;
    stopped = true;
    listener.ended();
    try {
      await iterator?.return?.();
    } catch (error) {
      listener.failed(error);
    }
  }

  void read();
  return () => void stop();
}
