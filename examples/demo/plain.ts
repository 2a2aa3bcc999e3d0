import { totalTimeoutMs, type Origins, type Service } from './services.ts';

/** Asks a service for an item. */
export type Ask = (service: Service, item: number) => Promise<Response>;

/** What one writes without a library: the backends in turn, and a time limit. */
export function plainFetch(origins: Origins, send: typeof fetch = fetch): Ask {
  const turn = { catalog: 0, billing: 0 };
  return (service, item) => {
    const of = origins[service];
    const origin = of[turn[service]++ % of.length];
    return send(`${origin}/items/${item}`, { signal: AbortSignal.timeout(totalTimeoutMs) });
  };
}
