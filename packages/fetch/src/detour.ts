import { isResponse, type ResponseLike } from '@inmesh/http';

import type { Attempt } from './attempt.ts';
import { isReplayable } from './body.ts';
import { headingsOf, withHost } from './headings.ts';
import { PLATFORM } from './platform.ts';
import { leadsOn, redirected, type Sending } from './redirect.ts';
import type { Route } from './route.ts';

export type Fetch<T> = (input: unknown, init: unknown) => Promise<T>;

/** What a fetch is given beside the URL. */
export type Spelled = Readonly<Record<string, unknown>>;

/**
 * Sends a request to its endpoint by its URL, for a fetch that may not use our dispatcher: the URL is rewritten, the Host
 * is given as a header, and the response says what was asked.
 *
 * Redirects are followed here and not by the fetch, which would tell the Host of the service to whomever they lead to.
 */
export async function detour<T extends ResponseLike>(
  fetch: Fetch<T>,
  url: string,
  spelled: Spelled,
  attempt: Attempt,
  route: Route,
  drop: (response: T) => void,
): Promise<T> {
  const { method = 'GET', headers, body, redirect, ...rest } = spelled;
  const follows = redirect === undefined || redirect === 'follow';
  let sending: Sending = { url, method: String(method), headers: headingsOf(headers), body };
  for (let followed = 0; ; followed++) {
    const init = { ...rest, ...asGiven(sending, spelled), redirect: follows ? 'manual' : redirect, ...attempt.link() };
    const response = await send(
      fetch,
      sending,
      init,
      followed === 0 || route.covers(new URL(sending.url)) ? route : undefined,
    );
    const next =
      follows && isResponse(response) && leadsOn(response.status)
        ? whereTo(sending, response, route, followed, drop)
        : undefined;
    if (next === undefined) return shown(response, route, followed);
    drop(response);
    sending = next;
  }
}

/** Only what was said: a fetch may take a `body` that is `undefined` for one. */
function asGiven({ method, body }: Sending, spelled: Spelled): object {
  return {
    ...('method' in spelled || method !== 'GET' ? { method } : {}),
    ...(body !== undefined && body !== null && { body }),
  };
}

function send<T>(fetch: Fetch<T>, { url, headers }: Sending, init: Spelled, route: Route | undefined): Promise<T> {
  if (route === undefined) return fetch(url, { ...init, headers });
  const { host, servername } = route;
  const named = PLATFORM === 'bun' && servername !== undefined && { tls: { ...tlsOf(init), serverName: servername } };
  return fetch(route.there(url), { ...init, headers: withHost(headers, host), ...named });
}

function tlsOf({ tls }: Spelled): object {
  return typeof tls === 'object' && tls !== null ? tls : {};
}

/** Where a redirect leads, of an answer that is thrown away if that is nowhere. */
function whereTo<T extends ResponseLike>(
  sending: Sending,
  response: T,
  route: Route,
  followed: number,
  drop: (response: T) => void,
): Sending | undefined {
  const location = response.headers.get('location');
  try {
    return redirected(
      sending,
      response.status,
      location === null ? null : route.back(location),
      followed,
      isReplayable(sending.body),
    );
  } catch (error) {
    drop(response);
    throw error;
  }
}

/** The response says what was asked, and not where that was found. */
function shown<T extends object>(response: T, route: Route, followed: number): T {
  if (!isResponse(response)) return response; // a mock that answers with nothing
  const { url } = response as { readonly url?: unknown }; // of a mock, perhaps none
  const asked = typeof url === 'string' ? route.back(url).replace(/#.*$/s, '') : url;
  if (asked !== url) Reflect.defineProperty(response, 'url', { value: asked, configurable: true });
  if (followed > 0) Reflect.defineProperty(response, 'redirected', { value: true, configurable: true });
  return response;
}
