import { parseHttpDate } from './http-date.ts';

/**
 * How long a `Retry-After` asks to wait, in ms: a number of seconds or an HTTP date, 0 if that has passed; `undefined` if
 * it says neither.
 *
 * @example
 * parseRetryAfter('120', Date.now()); // 120_000
 */
export function parseRetryAfter(value: string, wallMs: number): number | undefined {
  if (SECONDS.test(value)) return Number(value) * 1_000;
  const at = parseHttpDate(value, wallMs);
  return at === undefined ? undefined : Math.max(0, at - wallMs);
}

const SECONDS = /^\d{1,15}$/; // more would not even fit a date
