/** fetch's second argument, as much of it as is looked at here. */
export interface Init {
  readonly method?: string;
  readonly headers?: ConstructorParameters<typeof Headers>[0] | null;
  readonly body?: unknown;
  readonly signal?: AbortSignal | null;
  readonly dispatcher?: unknown;
  readonly redirect?: unknown;
}

/**
 * fetch's second argument as an object that can be spread. One that is no plain object, a `Request` for one, has members
 * that spreading would lose.
 */
export function initOf(given: unknown): Init {
  if (!isObject(given)) return NOTHING;
  const prototype: unknown = Object.getPrototypeOf(given);
  const init: Init = prototype === Object.prototype || prototype === null ? given : copied(given);
  return isIterator(init.headers) ? { ...init, headers: [...init.headers] } : init;
}

/** Can it be read but once? What is sent again has its headers again. */
function isIterator(headers: unknown): headers is Iterable<[string, string]> {
  return isObject(headers) && 'next' in headers && Symbol.iterator in headers;
}

/** Is it an object, as fetch sees it? */
export function isObject(value: unknown): value is object {
  return typeof value === 'function' || (typeof value === 'object' && value !== null);
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
