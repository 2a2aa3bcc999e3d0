import { FAILURE, LASTING_FAILURE, SUCCESS } from '@inmesh/core';
import { describe, expect, it } from 'vitest';

import { OVERLOADED, PUSHBACK, TOO_EARLY, verdictOfResponse, verdictOfStatus } from './status.ts';

describe('verdictOfStatus', () => {
  it.each([
    [0, SUCCESS],
    [200, SUCCESS],
    [204, SUCCESS],
    [304, SUCCESS],
    [399, SUCCESS],
    [400, SUCCESS],
    [404, SUCCESS],
    [408, FAILURE],
    [409, SUCCESS],
    [425, TOO_EARLY],
    [429, PUSHBACK],
    [499, SUCCESS],
    [500, FAILURE],
    [501, LASTING_FAILURE],
    [502, FAILURE],
    [503, FAILURE],
    [504, FAILURE],
    [505, LASTING_FAILURE],
    [507, FAILURE],
    [508, LASTING_FAILURE],
    [511, LASTING_FAILURE],
    [520, FAILURE],
  ])('judges a %i', (status, verdict) => {
    expect(verdictOfStatus(status)).toBe(verdict);
  });

  it('takes a 429 for no outage, but for a wish for less', () => {
    expect(PUSHBACK).toEqual({ health: 'ignorable', retryable: true, pushback: true, unsent: false });
  });
});

describe('verdictOfResponse', () => {
  const answer = (status: number, headers?: HeadersInit) => new Response(null, { status, ...(headers && { headers }) });

  it('judges by the status', () => {
    expect(verdictOfResponse(answer(200))).toBe(SUCCESS);
    expect(verdictOfResponse(answer(503))).toBe(FAILURE);
  });

  it('sends nothing again to a service that its proxy calls overloaded', () => {
    expect(verdictOfResponse(answer(503, { 'x-envoy-overloaded': 'true' }))).toBe(OVERLOADED);
    expect(verdictOfResponse(answer(200, { 'x-envoy-overloaded': 'true' }))).toBe(SUCCESS);
    expect(OVERLOADED).toEqual({ health: 'failure', retryable: false, pushback: true, unsent: false });
  });
});
