import { findError, ResilienceError, type Verdict } from '@inmesh/core';

/** One of ours that ended the call, perhaps as the cause of what the platform says. */
export function policyError(error: unknown): ResilienceError | undefined {
  if (error === undefined) return undefined;
  try {
    return findError(error, ResilienceError);
  } catch {
    return undefined; // it has a getter that throws
  }
}

/**
 * OpenTelemetry's `error.type`: the `code` of an error of ours; of any other, its code or name; of a failure without one, the
 * status; empty of what went well, and of a call that its caller gave up.
 */
export function errorType(error: unknown, verdict: Verdict, status: string, givenUp: boolean): string {
  const ours = policyError(error);
  if (ours !== undefined) return ours.code;
  if (givenUp) return '';
  if (error === undefined) {
    if (verdict.health !== 'failure') return '';
    return status === '' ? OTHER : status;
  }
  return text(error, 'code') ?? text(member(error, 'cause'), 'code') ?? text(error, 'name') ?? OTHER;
}

const OTHER = '_OTHER';

function text(value: unknown, name: string): string | undefined {
  const found = member(value, name);
  return typeof found === 'string' && found !== '' ? found : undefined;
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  try {
    return (value as Record<string, unknown>)[name]; // perhaps
  } catch {
    return undefined; // a getter that throws
  }
}
