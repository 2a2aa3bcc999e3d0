import type { Endpoint } from '@inmesh/core';
import { show } from '@inmesh/core/options';

/**
 * An endpoint of what a user wrote, frozen; a string is short for an origin.
 *
 * Throws a `TypeError` or `RangeError` that names the wrong member and its value.
 */
export function toEndpoint(given: Endpoint | string): Endpoint {
  if (typeof given !== 'string' && (typeof given !== 'object' || given === null))
    throw new TypeError(`an endpoint must be a string or an object, got ${show(given)}`);
  const { origin, host, servername, weight, metadata, ...unknown } =
    typeof given === 'string' ? { origin: given } : given;
  if (typeof origin !== 'string') throw new TypeError(`origin of an endpoint must be a string, got ${show(origin)}`);
  const bare = /^([a-z][a-z0-9+.-]*:\/\/(?:\[[0-9a-f:.]+\]|[^\s/?#@:[\]]+)(?::\d{1,5})?)\/?$/i.exec(origin)?.[1];
  if (bare === undefined)
    throw new RangeError(`origin of an endpoint must be scheme://host:port without a path, got "${origin}"`);
  for (const [member, value] of Object.entries({ host, servername })) {
    if (value !== undefined && (typeof value !== 'string' || value === ''))
      throw new TypeError(`${member} of endpoint ${bare} must be a non-empty string`);
  }
  if (weight !== undefined && !(Number.isFinite(weight) && weight > 0))
    throw new RangeError(`weight of endpoint ${bare} must be a positive number, got ${String(weight)}`);
  if (metadata !== undefined && (typeof metadata !== 'object' || metadata === null))
    throw new TypeError(`metadata of endpoint ${bare} must be an object, got ${show(metadata)}`);
  for (const member of Object.keys(unknown)) throw new TypeError(`unknown member of endpoint ${bare}: ${member}`);
  return Object.freeze({ ...(typeof given === 'string' ? {} : given), origin: bare });
}
