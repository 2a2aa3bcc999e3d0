import { type Endpoint, type EndpointSource } from '@inmesh/core';
import { toEndpoint } from '@inmesh/core/endpoints';
import { show } from '@inmesh/core/options';

/** A list of endpoints as a user or a source gave it. Throws a `TypeError` or `RangeError` that names what is wrong. */
export function toEndpoints(given: unknown): readonly Endpoint[] {
  if (!Array.isArray(given)) throw new TypeError(`endpoints must be an array, got ${show(given)}`);
  return given.map((each: Endpoint | string) => toEndpoint(each));
}

/** Is it a source of endpoints, and no list? Throws a `TypeError` if it is neither. */
export function isSource(given: readonly (Endpoint | string)[] | EndpointSource): given is EndpointSource {
  if (Array.isArray(given)) return false;
  const source = given as Partial<EndpointSource> | null | undefined; // from JavaScript it may be anything
  if (typeof source !== 'string' && typeof source?.[Symbol.asyncIterator] === 'function') return true;
  throw new TypeError(`endpoints must be an array or an async iterable, got ${show(given)}`);
}
