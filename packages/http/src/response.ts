import type { Handler } from '@inmesh/core';

/** As much of a response as policies look at: a `Response` of any fetch, or whatever has the same shape. */
export interface ResponseLike {
  /** Judged as [the table of verdicts](../README.md#verdicts) says. */
  readonly status: number;
  /** Looked at for `Retry-After` and for signs of overload. */
  readonly headers: { get(name: string): string | null };
  /** A stream of some kind; `null` if there is none. */
  readonly body: unknown;
}

/** Wraps handlers of any kind of response: how to type a policy that looks inside. */
export interface HttpPolicy {
  <T extends ResponseLike>(next: Handler<T>): Handler<T>;
}

/** Does it have the shape of a response? Reads nothing that costs more than a field. */
export function isResponse(value: unknown): value is ResponseLike {
  if (typeof value !== 'object' || value === null) return false;
  const { status, headers } = value as Readonly<Record<string, unknown>>; // asked, not believed
  return typeof status === 'number' && typeof (headers as { get?: unknown } | null | undefined)?.get === 'function';
}

/** The length that a response says its body has, in bytes; `undefined` if it says none or nonsense. */
export function contentLength({ headers }: ResponseLike): number | undefined {
  const value = headers.get('content-length');
  return value !== null && DIGITS.test(value) ? Number(value) : undefined;
}

const DIGITS = /^\d+$/;
