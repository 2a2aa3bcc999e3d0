import type { Endpoint } from '@inmesh/core';

/** Where an endpoint is, as two labels. */
export interface Address {
  readonly host: string;
  readonly port: string;
}

const addresses = new WeakMap<Endpoint, Address>();

/** The host and port of an endpoint's origin; the port of its scheme if it names none. */
export function addressOf(endpoint: Endpoint): Address {
  let address = addresses.get(endpoint);
  if (address === undefined) addresses.set(endpoint, (address = parse(endpoint.origin)));
  return address;
}

function parse(origin: string): Address {
  const [, scheme = '', six, name = '', port] = /^([^:]*):\/\/(?:\[([^\]]*)\]|([^:/]*))(?::(\d+))?/.exec(origin) ?? [];
  return { host: six ?? name, port: port ?? PORTS[scheme.toLowerCase()] ?? '' };
}

const PORTS: Readonly<Record<string, string>> = { http: '80', https: '443' };
