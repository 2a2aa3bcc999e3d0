// The fetches and the classes of requests that this package's tests try, each by its name.
import fetchOf2, { Request as RequestOf2 } from 'node-fetch-2';
import fetchOf3, { Request as RequestOf3 } from 'node-fetch-3';
import { fetch as fetch6, Request as Request6 } from 'undici';
import { fetch as fetch7, Request as Request7 } from 'undici-7';

export type Fetch = typeof globalThis.fetch;
export type MakeRequest = new (url: string, init?: object) => Request;

/** Every fetch that is not Node's own. */
export const clients = [
  ['undici 6', fetch6],
  ['undici 7', fetch7],
  ['node-fetch 2', fetchOf2],
  ['node-fetch 3', fetchOf3],
] as unknown as [string, Fetch][]; // called alike, however their types are written

export const fetches: [string, Fetch][] = [['Node', globalThis.fetch], ...clients];

const classes = [
  ['Node', Request],
  ['undici 6', Request6],
  ['undici 7', Request7],
  ['node-fetch 2', RequestOf2],
  ['node-fetch 3', RequestOf3],
] as unknown as [string, MakeRequest][]; // made alike

/** Every fetch with every class of requests. */
export const pairs: { by: string; fetch: Fetch; of: string; make: MakeRequest }[] = fetches.flatMap(([by, fetch]) =>
  classes.map(([of, make]) => ({ by, fetch, of, make })),
);
