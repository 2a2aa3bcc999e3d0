import { show } from '@inmesh/core/options';

import type { Call } from './call.ts';

/** Something that can be called: a function, a fetch, a server's request handler. It rejects, it never throws. */
export type Handler<T> = (call: Call) => Promise<T>;

/** Wraps any handler. It may call `next` never, once or many times; it looks at no result. */
export interface Policy {
  <T>(next: Handler<T>): Handler<T>;
}

/** Wraps handlers of one result type, because it looks inside the result. */
export interface Layer<T> {
  (next: Handler<T>): Handler<T>;
}

/**
 * Makes one policy of several; the first is the outermost.
 *
 * Policies are applied once, when a handler is bound, so a call pays one function call for each of them. Of policies
 * alone it makes a policy; with a layer for one type of result among them, a layer for that type.
 *
 * Throws a `TypeError` that names the position of anything that is no function.
 *
 * @example
 * const policy = compose(timeout(2_000), retry({ attempts: 3 }), circuitBreaker());
 */
export function compose(...policies: readonly Policy[]): Policy;
export function compose<T>(...layers: readonly Layer<T>[]): Layer<T>;
export function compose<T>(...layers: readonly Layer<T>[]): Layer<T> {
  layers.forEach((layer, index) => {
    if (typeof layer !== 'function')
      throw new TypeError(`policy ${index + 1} of compose must be a function, got ${show(layer)}`);
  });
  return (handler) => layers.reduceRight((next, layer) => apply(layer, next), handler);
}

/** Puts a policy around a handler; a `TypeError` if it gives none, for then no call could say what is wrong. */
export function apply<T>(layer: Layer<T>, next: Handler<T>): Handler<T> {
  const handler = layer(next);
  if (typeof handler === 'function') return handler;
  const policy = layer.name === '' ? 'a policy' : `policy ${layer.name}`;
  throw new TypeError(`${policy} must give a handler, got ${show(handler)}`);
}
