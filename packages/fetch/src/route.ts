import type { Endpoint } from '@inmesh/core';

import type { DispatchOptions } from './dispatcher.ts';

/** How requests for one service origin reach one endpoint. */
export class Route {
  /** The service's origin, as in a URL that is written like most. */
  readonly from: string;
  /** The Host that its requests say. */
  readonly host: string;
  /** The TLS server name of its requests, and the name that the certificate is checked for; `undefined` if it has none. */
  readonly servername: string | undefined;
  readonly #to: string;
  readonly #pool: string;

  constructor(service: URL, { origin, host, servername }: Endpoint) {
    const to = new URL(origin);
    this.from = service.origin;
    this.#to = to.origin;
    this.host = host ?? service.host;
    this.servername = to.protocol === 'https:' ? (servername ?? nameOf(service)) : undefined;
    // undici keys its pools by origin: two server names on one address would take each other's connections down. As user
    // info of the origin the name keeps them apart.
    this.#pool =
      this.servername === undefined || this.servername === to.hostname
        ? to.origin
        : `https://${encodeURIComponent(this.servername)}@${to.host}`;
  }

  /** Does the URL lie in this route's service? Only if it is written like most: anything odd takes the long way. */
  leads(url: string): boolean {
    return url.startsWith(this.from) && url.charCodeAt(this.from.length) === SLASH;
  }

  /** Does a URL lie in the service, or at the endpoint itself? */
  covers({ origin }: URL): boolean {
    return origin === this.from || origin === this.#to;
  }

  /** A URL of the service, at the endpoint. */
  there(url: string): string {
    if (this.leads(url)) return this.#to + url.slice(this.from.length);
    const { username, password, pathname, search } = new URL(url);
    const login = username === '' && password === '' ? '' : `${username}:${password}@`; // fetch refuses it, as it would
    return `${this.#to.replace('//', `//${login}`)}${pathname}${search}`;
  }

  /** A URL at the endpoint, as one of the service; any other as it is. */
  back(url: string): string {
    return url.startsWith(this.#to) && (url.length === this.#to.length || url.charCodeAt(this.#to.length) === SLASH)
      ? this.from + url.slice(this.#to.length)
      : url;
  }

  /** Is the endpoint's own name the one that a certificate is checked for anyway? */
  get namesItself(): boolean {
    return this.servername === undefined || this.servername === new URL(this.#to).hostname;
  }

  /** Sends a request to the endpoint, unless a redirect led it away from the service. A mock knows plain origins only. */
  apply(options: DispatchOptions, mocked: boolean): void {
    if (options.origin !== this.from && options.origin !== this.#to) return;
    options.origin = mocked ? this.#to : this.#pool;
    if (this.servername !== undefined) options.servername = this.servername;
    const headers = options.headers as Record<string, unknown>; // fetch made it for this request alone
    for (const name in headers) {
      if (name.length === 4 && name !== 'host' && name.toLowerCase() === 'host') delete headers[name];
    }
    headers['host'] = this.host;
  }
}

const SLASH = 47;

/** A TLS server name is never an address. */
function nameOf({ hostname }: URL): string | undefined {
  return hostname.startsWith('[') || /^\d+\.\d+\.\d+\.\d+$/.test(hostname) ? undefined : hostname;
}

const MOST_ROUTES = 32;

/** The routes to endpoints, kept as long as their endpoint is, and at most 32 of each. */
export class Routes {
  readonly #routes = new WeakMap<Endpoint, Route[]>();

  /** The route of a URL; none if it is no URL, which fetch itself says best. */
  find(url: string, endpoint: Endpoint): Route | undefined {
    const known = this.#routes.get(endpoint);
    if (known !== undefined) for (const route of known) if (route.leads(url)) return route;
    return this.#findByOrigin(url, endpoint, known);
  }

  #findByOrigin(url: string, endpoint: Endpoint, known: Route[] = []): Route | undefined {
    let service: URL;
    try {
      service = new URL(url);
    } catch {
      return undefined;
    }
    if (service.protocol !== 'http:' && service.protocol !== 'https:') return undefined;
    const same = known.find(({ from }) => from === service.origin);
    if (same !== undefined) return same;
    const route = new Route(service, endpoint);
    if (known.push(route) > MOST_ROUTES) known.shift();
    this.#routes.set(endpoint, known);
    return route;
  }
}
