import { findError, ResilienceError, type Verdict } from '@inmesh/core';

/** One of ours that ended the call, perhaps as the cause of what the platform says. */
export function policyError(error: unknown): ResilienceError | undefined {
  return error === undefined ? undefined : findError(error, ResilienceError);
}

/**
 * OpenTelemetry's `error.type`: the `code` of an error of ours; of a failure, the code or name of its error, or the
 * status; empty of what is no failure, such as a call that its caller aborted.
 */
export function errorType(error: unknown, verdict: Verdict, status: string): string {
  const ours = policyError(error);
  if (ours !== undefined) return ours.code;
  if (verdict.health !== 'failure') return '';
  if (error === undefined) return status === '' ? OTHER : status;
  return text(error, 'code') ?? text(member(error, 'cause'), 'code') ?? text(error, 'name') ?? OTHER;
}

const OTHER = '_OTHER';

function text(value: unknown, name: string): string | undefined {
  const found = member(value, name);
  return typeof found === 'string' && found !== '' ? found : undefined;
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined; // perhaps
}
