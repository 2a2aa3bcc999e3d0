import { Call } from '@inmesh/core';
import { describe, expect, it } from 'vitest';

import { Attempt } from './attempt.ts';
import { attemptOf, keepAttempt } from './origin.ts';

const attempt = () => new Attempt(Call.start(undefined), undefined, undefined, undefined);

describe('keepAttempt', () => {
  it.each([
    ['of fetch', new Response()],
    ['that is a mock', { status: 200 }],
    ['that is frozen', Object.freeze({ status: 200 })],
    ['that is a proxy', new Proxy(new Response(), {})],
  ])('remembers the attempt of a response %s, the latest if it came through several', (_, response) => {
    const [first, second] = [attempt(), attempt()];
    keepAttempt(response, first);
    expect(attemptOf(response)).toBe(first);

    keepAttempt(response, second);
    expect(attemptOf(response)).toBe(second);
  });

  it('leaves no trace on the response', () => {
    const response = new Response();
    const before = Reflect.ownKeys(response);
    keepAttempt(response, attempt());

    expect(Reflect.ownKeys(response)).toEqual(before);
    expect(Object.getPrototypeOf(response)).toBe(Response.prototype);
  });
});

describe('attemptOf', () => {
  it('knows none of a response that came from elsewhere', () => {
    expect(attemptOf(new Response())).toBeUndefined();
  });
});
