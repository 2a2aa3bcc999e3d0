import type { Call } from '@inmesh/core';
import { httpMethod, httpStatus, isResponse } from '@inmesh/http';

import type { Asked } from './fetch-input.ts';

/** A request is sent. What an earlier attempt was answered with is no status of this one. */
export function noteRequest(call: Call, { method }: Asked): void {
  call.note(httpMethod, method.toUpperCase());
  if (call.attempt > 1) call.note(httpStatus, undefined);
}

export function noteResponse(call: Call, response: unknown): void {
  if (isResponse(response)) call.note(httpStatus, response.status);
}
