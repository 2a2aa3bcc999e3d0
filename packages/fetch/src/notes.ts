import type { Call } from '@inmesh/core';
import { httpMethod, httpStatus, isResponse } from '@inmesh/http';

/** A request is sent, of a method in capitals. What an earlier attempt was answered with is no status of this one. */
export function noteRequest(call: Call, method: string): void {
  call.note(httpMethod, method);
  if (call.attempt > 1) call.note(httpStatus, undefined);
}

export function noteResponse(call: Call, response: unknown): void {
  if (isResponse(response)) call.note(httpStatus, response.status);
}
