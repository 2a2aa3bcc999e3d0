import { endpoint, type Call, type Clock, type Handler } from '@inmesh/core';
import type { ResponseLike } from '@inmesh/http';

import { Attempt } from './attempt.ts';
import type { Fetch } from './detour.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { Patience } from './ending.ts';
import type { Asked } from './fetch-input.ts';
import type { Init } from './init.ts';
import { noteRequest, noteResponse } from './notes.ts';
import { failed, received } from './outcome.ts';
import { isNodeFetch, LOSES_BYTES } from './platform.ts';
import { Routes } from './route.ts';
import { sendAround } from './send-around.ts';
import { spelledOut, type Means } from './spelled-out.ts';
import { whileWanted } from './while-wanted.ts';

/** The innermost handler: sends one attempt of a call with fetch. */
export function sender<T extends ResponseLike>(
  fetch: unknown,
  base: Dispatcher | undefined,
  replayBodyBytes: number,
  clock: Clock,
  patience: Patience,
): Handler<T> {
  const routes = new Routes();
  const means = { replayBodyBytes, clock };

  function send(call: Call, asked: Asked): Promise<T> {
    const given = (fetch ?? globalThis.fetch) as Fetch<T>; // it gets what it was written to get: the caller's own arguments
    const chosen = call.get(endpoint);
    const route = chosen === undefined ? undefined : routes.find(asked.url, chosen);
    const attempt = new Attempt(call, asked.signal, route, asked.dispatcher ?? base);
    const method = asked.method.toUpperCase();
    attempt.bodiless = method === 'HEAD';
    const own = isNodeFetch(given);
    call.onAbort(attempt, own); // what the caller's signal aborts Node's fetch ends by itself
    if (attempt.aborted) return Promise.reject(attempt.reason);
    noteRequest(call, method);
    try {
      return (
        own
          ? sendByDispatcher(given, asked, attempt, call, means)
          : sendAround(given, asked, attempt, route, call, means)
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
function sendByDispatcher<T>(fetch: Fetch<T>, asked: Asked, attempt: Attempt, call: Call, means: Means): Promise<T> {
  if (!asked.foreign || asked.hasNonsense)
    return fetch(asked.input, lasting(asked.initFor({ dispatcher: attempt }), asked));
  return spelledOut(asked, call, means).then((spelled) =>
    fetch(asked.url, lasting({ signal: asked.signal, ...spelled, dispatcher: attempt }, asked)),
  );
}

/** The bytes of a `Request` as Node's own fetch can send them again when a redirect asks for them. */
function lasting(init: unknown, { hasRequest }: Asked): unknown {
  if (!LOSES_BYTES || !hasRequest) return init;
  const { body } = init as Init; // or nonsense, which has none
  return body instanceof Uint8Array ? { ...(init as Init), body: new Blob([body as Uint8Array<ArrayBuffer>]) } : init;
}
