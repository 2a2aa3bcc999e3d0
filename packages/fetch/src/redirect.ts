import { LASTING_FAILURE } from '@inmesh/core';

import { without, type Headings } from './headings.ts';
import { judgedAs } from './outcome.ts';

/** A request as far as a redirect changes it. */
export interface Sending {
  readonly url: string;
  readonly method: string;
  readonly headers: Headings;
  readonly body: unknown;
}

const MOST_REDIRECTS = 20;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * The request that a response leads to, by the rules of fetch; `undefined` if it leads nowhere. `followed` is how many
 * redirects led to it.
 *
 * Throws a `TypeError` where fetch fails.
 */
export function redirected(
  { url, method, headers, body }: Sending,
  status: number,
  location: string | null,
  followed: number,
  replayable: boolean,
): Sending | undefined {
  if (!REDIRECTS.has(status) || location === null) return undefined;
  const target = targetOf(location, url);
  if (followed >= MOST_REDIRECTS) throw failure('redirect count exceeded');
  const away = target.origin !== new URL(url).origin;
  const kept = away ? without(headers, OF_AN_ORIGIN) : headers;
  if (becomesGet(status, method))
    return { url: target.href, method: 'GET', headers: without(kept, OF_A_BODY), body: null };
  if (!replayable) throw failure('the body was sent and cannot be sent again');
  return { url: target.href, method, headers: kept, body };
}

/** Is it a redirect that a fetch follows unless it is told otherwise? */
export function leadsOn(status: number): boolean {
  return REDIRECTS.has(status);
}

function becomesGet(status: number, method: string): boolean {
  const name = method.toUpperCase();
  if (status === 303) return name !== 'GET' && name !== 'HEAD';
  return (status === 301 || status === 302) && name === 'POST';
}

function targetOf(location: string, from: string): URL {
  let target: URL;
  try {
    target = new URL(location, from);
  } catch (cause) {
    throw failure('the redirect leads to no URL', cause);
  }
  if (target.protocol !== 'http:' && target.protocol !== 'https:') throw failure('URL scheme must be a HTTP(S) scheme');
  if (target.username !== '' || target.password !== '') throw failure('the redirect leads to a URL with credentials');
  return target;
}

/** As Node's fetch fails. It would fail again. */
function failure(message: string, cause?: unknown): TypeError {
  const error = new TypeError('fetch failed', {
    cause: cause === undefined ? new Error(message) : new Error(message, { cause }),
  });
  return judgedAs(error, LASTING_FAILURE);
}

/** What another origin is not told. */
const OF_AN_ORIGIN: ReadonlySet<string> = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'cookie2',
  'host',
]);

/** What describes a body that is not sent any more. */
const OF_A_BODY: ReadonlySet<string> = new Set([
  'content-encoding',
  'content-language',
  'content-location',
  'content-type',
  'content-length',
]);
