import { IGNORABLE, type Call } from '@inmesh/core';
import type { ResponseLike } from '@inmesh/http';

import type { Attempt } from './attempt.ts';
import { detour, type Fetch, type Spelled } from './detour.ts';
import { discard } from './discard.ts';
import type { Asked } from './fetch-input.ts';
import { judgedAs } from './outcome.ts';
import { isDenoFetch, isOwnFetch } from './platform.ts';
import type { Route } from './route.ts';
import { spelledOut, type Means } from './spelled-out.ts';

/** Sends with a fetch that is not Node's own: whether it uses our dispatcher is not known. */
export function sendAround<T extends ResponseLike>(
  fetch: Fetch<T>,
  asked: Asked,
  attempt: Attempt,
  route: Route | undefined,
  call: Call,
  means: Means,
): Promise<T> {
  if (route === undefined || asked.hasNonsense)
    return asked.hasRequest && !asked.hasNonsense
      ? sendRequest(fetch, asked, attempt, call, means)
      : fetch(asked.input, asked.initFor(attempt.link().init));
  if (isDenoFetch(fetch) && !route.namesItself) throw unnamed(route);
  const go = (spelled: Spelled): Promise<T> =>
    detour(fetch, asked.url, spelled, attempt, route, (response, link) => {
      discard(response, call, means.clock, link);
    });
  return asked.hasRequest ? spelledOut(asked, call, means).then(go) : go(asked.spelled());
}

/** The classes of `Request` that a fetch did not know. */
const strangers = new WeakMap<object, WeakSet<object>>();

/** A `Request` goes to a fetch as it is, unless that knows only those of its own class. */
async function sendRequest<T>(fetch: Fetch<T>, asked: Asked, attempt: Attempt, call: Call, means: Means): Promise<T> {
  const kind = (asked.input as object).constructor; // it has a Request, or what looks like one
  if (!asked.wasRead && strangers.get(fetch)?.has(kind) !== true && !(asked.foreign && isOwnFetch(fetch)))
    try {
      return await fetch(asked.input, asked.initFor(attempt.link().init));
    } catch (error) {
      if (attempt.aborted || attempt.dispatched || !isUnknownRequest(error)) throw error;
      strangers.set(fetch, (strangers.get(fetch) ?? new WeakSet()).add(kind));
    }
  return fetch(asked.url, { ...(await spelledOut(asked, call, means)), ...attempt.link().init });
}

/** Did a fetch take a `Request` for a URL? Then it sent nothing. */
function isUnknownRequest(error: unknown): boolean {
  if (!(error instanceof TypeError)) return false;
  const taken = 'input' in error ? String(error.input) : error.message;
  return taken.includes('[object ') || error.message === 'Only absolute URLs are supported'; // so says node-fetch 2
}

function unnamed({ servername }: Route): TypeError {
  const message = `this fetch cannot ask an endpoint for the certificate of ${servername}: set the endpoint's servername to its own name`;
  return judgedAs(new TypeError(message), IGNORABLE);
}
