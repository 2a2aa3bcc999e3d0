import { isControlled, type Handler } from './watch.ts';

/** What a dispatcher is told about a request; fetch made the object for this request alone. */
export interface DispatchOptions {
  origin?: unknown;
  servername?: unknown;
  headers?: unknown;
}

/** Somebody who carries requests: undici's Agent, Pool, ProxyAgent, MockAgent, and whatever has their shape. */
export interface Dispatcher {
  dispatch(options: DispatchOptions, handler: Handler): unknown;
  readonly isMockActive?: boolean;
}

/** Is it somebody who carries requests? */
export function isDispatcher(value: unknown): value is Dispatcher {
  return typeof value === 'object' && value !== null && 'dispatch' in value && typeof value.dispatch === 'function';
}

const OF_8 = Symbol.for('undici.globalDispatcher.2');
const OF_6_AND_7 = Symbol.for('undici.globalDispatcher.1');

/**
 * What a fetch uses when nothing else is said, of the generation that its handler tells. Looked up each time, so that
 * `setGlobalDispatcher` is obeyed.
 */
export function globalDispatcher(handler?: Handler): Dispatcher | undefined {
  const { [OF_8]: newer, [OF_6_AND_7]: older } = globalThis as Globals; // where undici keeps them
  return handler === undefined || isControlled(handler) ? (newer ?? older) : (older ?? newer);
}

interface Globals {
  readonly [OF_8]?: Dispatcher;
  readonly [OF_6_AND_7]?: Dispatcher;
}
