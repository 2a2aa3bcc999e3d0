import { IGNORABLE, LASTING_FAILURE, type Verdict } from '@inmesh/core';
import { show } from '@inmesh/core/options';

import { isReplayable } from './body.ts';
import { without, type Headings } from './headings.ts';
import { judgedAs } from './outcome.ts';

/** A request as far as a redirect changes it. */
export interface Sending {
  readonly url: string;
  readonly method: string;
  readonly headers: Headings;
  readonly body: unknown;
}

/** How many redirects may be followed. */
export interface Most {
  readonly redirects: number;
  /** Did the caller say so? Then that there were more is no fault of the other side. */
  readonly ofCaller: boolean;
}

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
  most: Most,
): Sending | undefined {
  if (!REDIRECTS.has(status) || location === null) return undefined;
  const target = targetOf(location, url);
  if (followed >= most.redirects) throw failure('redirect count exceeded', most.ofCaller ? IGNORABLE : LASTING_FAILURE);
  const away = target.origin !== new URL(url).origin;
  const kept = away ? without(headers, OF_AN_ORIGIN) : headers;
  if (becomesGet(status, method))
    return { url: target.href, method: 'GET', headers: without(kept, OF_A_BODY), body: null };
  if (!isReplayable(body)) throw failure('the body was sent and cannot be sent again', IGNORABLE); // which is our own limit
  return { url: target.href, method, headers: kept, body };
}

/** Is it a redirect that a fetch follows unless it is told otherwise? */
export function leadsOn(status: number): boolean {
  return REDIRECTS.has(status);
}

const MOST: Most = { redirects: 20, ofCaller: false };

/** How many redirects may be followed: as fetch has it, unless the caller says so, by node-fetch's word `follow`. */
export function mostOf(follow: unknown): Most {
  if (follow === undefined) return MOST;
  if (typeof follow === 'number' && follow >= 0) return { redirects: follow, ofCaller: true };
  throw judgedAs(new RangeError(`follow must be a number of redirects, got ${show(follow)}`), IGNORABLE);
}

/**
 * A `Location` as it was sent. Headers are read as Latin-1, whatever their bytes mean; as escapes these stay what they were,
 * UTF-8 for the most part.
 */
export function asSent(location: string): string {
  if (NOT_LATIN_1.test(location)) return location; // somebody has decoded it
  return location.replace(NO_ASCII, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`);
}

const NOT_LATIN_1 = /[\u0100-\uffff]/;
const NO_ASCII = /[\u0080-\u00ff]/g;

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
    throw failure('the redirect leads to no URL', LASTING_FAILURE, cause);
  }
  if (target.protocol !== 'http:' && target.protocol !== 'https:')
    throw failure('URL scheme must be a HTTP(S) scheme', LASTING_FAILURE);
  if (target.username !== '' || target.password !== '')
    throw failure('the redirect leads to a URL with credentials', LASTING_FAILURE);
  return target;
}

/** As Node's fetch fails. */
function failure(message: string, verdict: Verdict, cause?: unknown): TypeError {
  const error = new TypeError('fetch failed', {
    cause: cause === undefined ? new Error(message) : new Error(message, { cause }),
  });
  return judgedAs(error, verdict);
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
