import { endpoint, type Call, type Clock, type Handler } from '@inmesh/core';
import type { ResponseLike } from '@inmesh/http';

import { Attempt } from './attempt.ts';
import type { Fetch } from './detour.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { Patience } from './ending.ts';
import type { Asked } from './fetch-input.ts';
import { noteRequest, noteResponse } from './notes.ts';
import { failed, received } from './outcome.ts';
import { isNodeFetch } from './platform.ts';
import { Routes } from './route.ts';
import { sendAround } from './send-around.ts';

/** The innermost handler: sends one attempt of a call with fetch. */
export function sender<T extends ResponseLike>(
  fetch: unknown,
  base: Dispatcher | undefined,
  replayBodyBytes: number,
  clock: Clock,
  patience: Patience,
): Handler<T> {
  const routes = new Routes();

  function send(call: Call, asked: Asked): Promise<T> {
    const given = (fetch ?? globalThis.fetch) as Fetch<T>; // it gets what it was written to get: the caller's own arguments
    const chosen = call.get(endpoint);
    const route = chosen === undefined ? undefined : routes.find(asked.url, chosen);
    const attempt = new Attempt(call, asked.signal, route, asked.dispatcher ?? base);
    attempt.bodiless = /^head$/i.test(asked.method);
    call.onAbort(attempt);
    if (attempt.aborted) return Promise.reject(attempt.reason);
    noteRequest(call, asked);
    const own = isNodeFetch(given);
    try {
      return (
        own ? sendByDispatcher(given, asked, attempt) : sendAround(given, asked, attempt, route, call, clock)
      ).then(
        (response) => {
          received(response, attempt, patience);
          noteResponse(call, response);
          return response;
        },
        (error: unknown) => {
          throw failed(error, attempt, !own);
        },
      );
    } catch (error) {
      attempt.leave();
      throw error;
    }
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

/** With Node's own fetch, which leaves everything to the dispatcher. */
function sendByDispatcher<T>(fetch: Fetch<T>, asked: Asked, attempt: Attempt): Promise<T> {
  if (asked.foreign && !asked.hasNonsense)
    return fetch(asked.url, { signal: asked.signal, ...asked.spelled(), dispatcher: attempt });
  return fetch(asked.input, asked.initFor({ dispatcher: attempt }));
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
