/** What runs us, as far as its fetch is unlike the others. */
export type Platform = 'node' | 'bun' | 'deno' | 'other';

export const PLATFORM: Platform = platform();

/** The platform's own fetch, as it was when we were loaded: what is put in its place later is another fetch. */
const OWN_FETCH: unknown = globalThis.fetch;

export function isOwnFetch(fetch: unknown): boolean {
  return fetch === OWN_FETCH;
}

/** Node's own fetch, which sends everything through a dispatcher. */
export function isNodeFetch(fetch: unknown): boolean {
  return PLATFORM === 'node' && isOwnFetch(fetch);
}

/** Does Node's own fetch lose bytes when a redirect asks for them again? That of undici 6 does, in Node 20 and 22. */
export const LOSES_BYTES: boolean = PLATFORM === 'node' && undici().startsWith('6.');

/** Deno's own fetch, which can say neither another Host nor another TLS server name than its URL's. */
export function isDenoFetch(fetch: unknown): boolean {
  return PLATFORM === 'deno' && isOwnFetch(fetch);
}

/**
 * Is it of the platform's own class of requests? Its fetch takes no other. The class is looked up when it is needed: to
 * name it makes Node load its undici, and the one of Node 24 then keeps its global dispatcher where undici 8 looks for its own.
 */
export function isOwnRequest(request: object): boolean {
  const { Request } = globalThis;
  return typeof Request === 'function' && request instanceof Request;
}

function platform(): Platform {
  if (typeof process === 'undefined') return 'Deno' in globalThis ? 'deno' : 'other';
  const { versions } = process;
  if ('bun' in versions) return 'bun';
  if ('deno' in versions) return 'deno';
  return 'undici' in versions ? 'node' : 'other';
}

function undici(): string {
  return (typeof process !== 'undefined' && process.versions.undici) || '';
}

declare const process: { readonly versions: { readonly undici?: string } } | undefined;
