import { isResponse, type ResponseLike } from '@inmesh/http';

import type { Attempt } from './attempt.ts';
import { headingsOf, withHost } from './headings.ts';
import type { Link } from './link.ts';
import { PLATFORM } from './platform.ts';
import { asSent, leadsOn, mostOf, redirected, type Most, type Sending } from './redirect.ts';
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
  drop: (response: T, link: Link) => void,
): Promise<T> {
  const { method = 'GET', headers, body, redirect, ...rest } = spelled;
  const most = redirect === undefined || redirect === 'follow' ? mostOf(rest['follow']) : undefined;
  let sending: Sending = { url, method: String(method), headers: headingsOf(headers), body };
  for (let followed = 0; ; followed++) {
    const link = attempt.link();
    const init = { ...rest, ...asGiven(sending, spelled), redirect: most ? 'manual' : redirect, ...link.init };
    const response = await send(
      fetch,
      sending,
      init,
      followed === 0 || route.covers(new URL(sending.url)) ? route : undefined,
    );
    if (!isResponse(response)) return response; // a mock that answers with nothing
    let next: Sending | undefined;
    try {
      next = most && whereTo(sending, response, route, followed, most);
    } catch (error) {
      drop(response, link);
      throw error;
    }
    if (next === undefined) return shown(response, route, followed);
    drop(response, link);
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

/** Where a redirect leads; `undefined` if the response is none. */
function whereTo(
  sending: Sending,
  { status, headers }: ResponseLike,
  route: Route,
  followed: number,
  most: Most,
): Sending | undefined {
  if (!leadsOn(status)) return undefined;
  const location = headers.get('location');
  return redirected(sending, status, location === null ? null : route.back(asSent(location)), followed, most);
}

/** The response says what was asked, and not where that was found. */
function shown<T extends ResponseLike>(response: T, route: Route, followed: number): T {
  const { url } = response as { readonly url?: unknown }; // of a mock, perhaps none
  const asked = typeof url === 'string' ? route.back(url).replace(/#.*$/s, '') : url;
  if (asked !== url) Reflect.defineProperty(response, 'url', { value: asked, configurable: true });
  if (followed > 0) Reflect.defineProperty(response, 'redirected', { value: true, configurable: true });
  if (leadsOn(response.status)) showLocation(response.headers, route);
  return response;
}

/** Where a redirect leads that the caller follows himself: node-fetch 2 names the endpoint, where it found the redirect. */
function showLocation(headers: ResponseLike['headers'], route: Route): void {
  const location = headers.get('location');
  if (location === null || route.back(location) === location) return;
  try {
    (headers as Headers).set('location', route.back(location)); // if it is what it looks like
  } catch {
    // The headers are as they were received, and cannot be changed.
  }
}
