/** fetch's second argument, as much of it as is looked at here. */
export interface Init {
  readonly method?: string;
  readonly headers?: HeadersInit;
  readonly body?: unknown;
  readonly signal?: AbortSignal | null;
  readonly dispatcher?: unknown;
}

/**
 * fetch's second argument as an object that can be spread. One that is no plain object, a `Request` for one, has members
 * that spreading would lose.
 *
 * Throws a `TypeError` for what fetch takes for no object.
 */
export function initOf(given: unknown): Init {
  if (given === undefined || given === null) return NOTHING;
  if (typeof given !== 'object' && typeof given !== 'function')
    throw new TypeError(`the second argument of fetch must be an object, got a ${typeof given}`);
  const prototype: unknown = Object.getPrototypeOf(given);
  return prototype === Object.prototype || prototype === null ? given : copied(given);
}

const NOTHING: Init = Object.freeze({});

const MEMBERS = [
  'method',
  'headers',
  'body',
  'referrer',
  'referrerPolicy',
  'mode',
  'credentials',
  'cache',
  'redirect',
  'integrity',
  'keepalive',
  'signal',
  'window',
  'duplex',
  'priority',
  'dispatcher',
] as const;

function copied(given: object): Init {
  const init: Record<string, unknown> = { ...given };
  const members = given as Readonly<Record<string, unknown>>; // asked, not believed
  for (const member of MEMBERS) if (!(member in init) && members[member] !== undefined) init[member] = members[member];
  return init;
}
