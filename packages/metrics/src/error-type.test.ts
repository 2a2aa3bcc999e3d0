import { FAILURE, IGNORABLE, REFUSED, RejectedError, ResilienceError, SUCCESS } from '@inmesh/core';
import { describe, expect, it } from 'vitest';

import { errorType, policyError } from './error-type.ts';

class Full extends RejectedError {
  static readonly code = 'ERR_FULL';
  override readonly code = 'ERR_FULL';
}

class Late extends ResilienceError {
  static readonly code = 'ERR_LATE';
  override readonly code = 'ERR_LATE';
}

const full = new Full('full', { policy: 'bulkhead' });
const late = new Late('late', { policy: 'limit' });
const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });

describe('errorType', () => {
  it.each([
    { name: 'a success', error: undefined, verdict: SUCCESS, status: '200', type: '' },
    { name: 'a failed answer', error: undefined, verdict: FAILURE, status: '503', type: '503' },
    { name: 'a failed answer without a status', error: undefined, verdict: FAILURE, status: '', type: '_OTHER' },
    { name: 'a refusal', error: full, verdict: REFUSED, status: '', type: 'ERR_FULL' },
    { name: 'a limit of ours', error: late, verdict: FAILURE, status: '', type: 'ERR_LATE' },
    {
      name: 'a body that died of a limit of ours',
      error: new TypeError('terminated', { cause: late }),
      verdict: FAILURE,
      status: '200',
      type: 'ERR_LATE',
    },
    {
      name: 'what says nothing about the other side',
      error: refused,
      verdict: IGNORABLE,
      status: '',
      type: 'ECONNREFUSED',
    },
    { name: 'a system error', error: refused, verdict: FAILURE, status: '', type: 'ECONNREFUSED' },
    {
      name: 'what fetch makes of a system error',
      error: new TypeError('fetch failed', { cause: refused }),
      verdict: FAILURE,
      status: '',
      type: 'ECONNREFUSED',
    },
    { name: 'another error', error: new RangeError('no'), verdict: FAILURE, status: '', type: 'RangeError' },
    {
      name: 'a code that is a number',
      error: { code: 20, name: 'AbortError' },
      verdict: FAILURE,
      status: '',
      type: 'AbortError',
    },
    { name: 'a string', error: 'no', verdict: FAILURE, status: '', type: '_OTHER' },
    { name: 'null', error: null, verdict: FAILURE, status: '', type: '_OTHER' },
  ])('names $name', ({ error, verdict, status, type }) => {
    expect(errorType(error, verdict, status, false)).toBe(type);
  });

  it('names nothing of a call that its caller gave up', () => {
    expect(errorType(new Error('gone'), IGNORABLE, '', true)).toBe('');
  });
});

describe('policyError', () => {
  it('finds the error of ours among the causes', () => {
    expect(policyError(new Error('outer', { cause: full }))).toBe(full);
    expect(policyError(new Error('other'))).toBeUndefined();
    expect(policyError(undefined)).toBeUndefined();
  });
});
