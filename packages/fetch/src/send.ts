import { endpoint, type Call, type Clock, type Handler } from '@inmesh/core';
import type { ResponseLike } from '@inmesh/http';

import { Attempt } from './attempt.ts';
import { detour, type Fetch } from './detour.ts';
import { discard } from './discard.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { Patience } from './ending.ts';
import type { Asked } from './fetch-input.ts';
import { failed, received } from './outcome.ts';
import { isDenoFetch, isNodeFetch, isOwnFetch } from './platform.ts';
import { Routes, type Route } from './route.ts';

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
    call.onAbort(attempt);
    if (attempt.aborted) return Promise.reject(attempt.reason);
    const own = isNodeFetch(given);
    return (own ? sendByDispatcher(given, asked, attempt) : sendAround(given, asked, attempt, route, call, clock)).then(
      (response) => {
        received(response, attempt, patience);
        return response;
      },
      (error: unknown) => {
        throw failed(error, attempt, !own);
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

/** With Node's own fetch, which leaves everything to the dispatcher. */
function sendByDispatcher<T>(fetch: Fetch<T>, asked: Asked, attempt: Attempt): Promise<T> {
  if (asked.foreign) return fetch(asked.url, { signal: asked.signal, ...asked.spelled(), dispatcher: attempt });
  return fetch(asked.input, asked.initFor({ dispatcher: attempt }));
}

/** With another fetch. */
function sendAround<T extends ResponseLike>(
  fetch: Fetch<T>,
  asked: Asked,
  attempt: Attempt,
  route: Route | undefined,
  call: Call,
  clock: Clock,
): Promise<T> {
  if (route === undefined)
    return asked.hasRequest ? sendRequest(fetch, asked, attempt) : fetch(asked.input, asked.initFor(attempt.link()));
  if (isDenoFetch(fetch) && !route.namesItself) throw unnamed(route);
  return detour(fetch, asked.url, asked.spelled(), attempt, route, (response) => {
    discard(response, call, clock);
  });
}

/** Fetches that did not know a `Request` that they were given. */
const strangers = new WeakSet();

/** A `Request` goes to a fetch as it is, unless that knows only those of its own class. */
async function sendRequest<T>(fetch: Fetch<T>, asked: Asked, attempt: Attempt): Promise<T> {
  if (!strangers.has(fetch) && !(asked.foreign && isOwnFetch(fetch)))
    try {
      return await fetch(asked.input, asked.initFor(attempt.link()));
    } catch (error) {
      if (attempt.aborted || attempt.dispatched || !isUnknownRequest(error)) throw error;
      strangers.add(fetch);
    }
  return fetch(asked.url, { ...asked.spelled(), ...attempt.link() });
}

/** Did a fetch take a `Request` for a URL? */
function isUnknownRequest(error: unknown): boolean {
  return error instanceof TypeError && /\[object \w+\]|Invalid URL|absolute URL/i.test(error.message);
}

function unnamed({ servername }: Route): TypeError {
  return new TypeError(
    `this fetch cannot ask an endpoint for the certificate of ${servername}: set the endpoint's servername to its own name`,
  );
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
