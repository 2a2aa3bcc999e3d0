/** A `Request` of any fetch, as much of it as is looked at here. */
export interface Requested {
  readonly url: string;
  readonly method: string;
  readonly headers: Iterable<readonly [string, string]> & { get(name: string): string | null };
  readonly body?: unknown;
  readonly bodyUsed: boolean;
  readonly signal?: AbortSignal | null;
  readonly referrer?: string;
  readonly referrerPolicy?: string;
  readonly redirect?: string;
}

/** Known by its shape: another fetch has a class of its own. */
export function isRequest(input: unknown): input is Requested {
  if (typeof input !== 'object' || input === null) return false;
  const { url, method, headers } = input as Partial<Record<keyof Requested, unknown>>; // asked, not believed
  return (
    typeof url === 'string' &&
    typeof method === 'string' &&
    typeof (headers as Partial<Headers> | null)?.get === 'function'
  );
}

/** The body of a request that nobody has read or is reading; `undefined` if it has none of that kind. */
export function unreadBody({ body, bodyUsed }: Requested): AsyncIterable<unknown> | undefined {
  if (bodyUsed || typeof body !== 'object' || body === null || !(Symbol.asyncIterator in body)) return undefined;
  return 'locked' in body && body.locked === true ? undefined : (body as AsyncIterable<unknown>); // a stream of some kind
}

/** A request as fetch's second argument, for a fetch that does not know its class. What goes without saying is left out. */
export function membersOf(request: Requested): Record<string, unknown> {
  const members: Record<string, unknown> = { headers: [...request.headers] };
  const known = request as unknown as Readonly<Record<string, unknown>>; // asked, not believed
  for (const [member, usual] of MEMBERS) {
    const value = known[member];
    if (value !== undefined && value !== null && value !== usual) members[member] = value;
  }
  return members;
}

/** With what each usually is: fetch's own members, and those of node-fetch. */
const MEMBERS: readonly (readonly [string, unknown])[] = [
  ['method', 'GET'],
  ['redirect', 'follow'],
  ['mode', 'cors'],
  ['credentials', 'same-origin'],
  ['cache', 'default'],
  ['integrity', ''],
  ['keepalive', false],
  ['referrer', 'about:client'],
  ['referrerPolicy', ''],
  ['agent', undefined],
  ['compress', true],
  ['follow', 20],
  ['size', 0],
  ['timeout', 0],
  ['highWaterMark', 16_384],
  ['insecureHTTPParser', false],
];

/** What fetch forgets of a request as soon as it is given a second argument, however little that says. */
export function forgotten({ referrer, referrerPolicy }: Requested): object {
  return { ...(referrer !== undefined && { referrer }), ...(referrerPolicy !== undefined && { referrerPolicy }) };
}

/** The dispatcher that a request was made with, where it is to be seen: undici 6, which is Node 20 and 22. */
export function dispatcherOf(request: Requested): unknown {
  for (const symbol of Object.getOwnPropertySymbols(request)) {
    if (symbol.description === 'dispatcher') return (request as unknown as Record<symbol, unknown>)[symbol]; // its own
  }
  return undefined;
}
