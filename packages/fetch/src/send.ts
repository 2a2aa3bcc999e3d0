import { endpoint, type Call, type Handler } from '@inmesh/core';

import { Attempt } from './attempt.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { Asked } from './fetch-input.ts';
import { failed, received } from './outcome.ts';
import { Routes } from './route.ts';

type Fetch<T> = (input: unknown, init: unknown) => Promise<T>;

/** The innermost handler: sends one attempt of a call with fetch. */
export function sender<T extends object>(
  fetch: unknown,
  base: Dispatcher | undefined,
  replayBodyBytes: number,
): Handler<T> {
  const routes = new Routes();

  function send(call: Call, asked: Asked): Promise<T> {
    const given = (fetch ?? globalThis.fetch) as Fetch<T>; // it gets what it was written to get: the caller's own arguments
    const chosen = call.get(endpoint);
    const route = chosen === undefined ? undefined : routes.find(asked.url, chosen);
    const attempt = new Attempt(call, asked.signal, route, asked.dispatcher ?? base);
    call.onAbort(attempt);
    if (attempt.aborted) return Promise.reject(attempt.reason);
    // Another fetch may not use our dispatcher, so that only a signal ends it; Node's own needs none, and they are dear.
    const foreign = (given as unknown) !== NODE_FETCH;
    return given(asked.input, asked.initFor(attempt, foreign ? call.signal : undefined)).then(
      (response) => {
        received(response, attempt);
        return response;
      },
      (error: unknown) => {
        throw failed(error, attempt, foreign);
      },
    );
  }

  return function sent(call) {
    try {
      const asked = call.input as Asked; // wrapFetch put it in
      const keeping = call.repeats ? asked.keep(replayBodyBytes) : undefined;
      return keeping === undefined ? send(call, asked) : whileWanted(keeping, call).then(() => send(call, asked));
    } catch (error) {
      return Promise.reject(error); // a policy's handler rejects, it never throws
    }
  };
}

/** Waits for something, unless the call is aborted first. */
function whileWanted(something: Promise<void>, call: Call): Promise<void> {
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

/** Node's own fetch, which sends everything through a dispatcher; those of other platforms have none. */
const NODE_FETCH: unknown = isNode() ? globalThis.fetch : undefined;

function isNode(): boolean {
  if (typeof process === 'undefined') return false;
  const { versions } = process;
  return 'undici' in versions && !('bun' in versions) && !('deno' in versions);
}

declare const process: { readonly versions: object } | undefined;
