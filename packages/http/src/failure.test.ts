import { FAILURE, IGNORABLE, LASTING_FAILURE } from '@inmesh/core';
import { describe, expect, it } from 'vitest';

import { UNSENT, verdictOfFailure } from './failure.ts';

const coded = (code: string, more: object = {}) => Object.assign(new Error('low down'), { code }, more);
const fetchFailed = (cause: unknown) => new TypeError('fetch failed', { cause });

describe('verdictOfFailure', () => {
  it.each([
    ['ECONNREFUSED', UNSENT],
    ['ENOTFOUND', UNSENT],
    ['EAI_AGAIN', UNSENT],
    ['UND_ERR_CONNECT_TIMEOUT', UNSENT],
    ['ECONNRESET', FAILURE],
    ['EPIPE', FAILURE],
    ['UND_ERR_SOCKET', FAILURE],
    ['UND_ERR_HEADERS_TIMEOUT', FAILURE],
    ['UND_ERR_BODY_TIMEOUT', FAILURE],
    ['HPE_INVALID_CONSTANT', FAILURE],
    ['UND_ERR_HEADERS_OVERFLOW', LASTING_FAILURE],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', LASTING_FAILURE],
    ['SELF_SIGNED_CERT_IN_CHAIN', LASTING_FAILURE],
    ['CERT_HAS_EXPIRED', LASTING_FAILURE],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', LASTING_FAILURE],
    ['ERR_TLS_CERT_ALTNAME_INVALID', LASTING_FAILURE],
    ['ERR_SSL_WRONG_VERSION_NUMBER', LASTING_FAILURE],
    ['ERR_INVALID_URL', IGNORABLE],
    ['UND_ERR_INVALID_ARG', IGNORABLE],
    ['UND_ERR_DESTROYED', IGNORABLE],
  ])('judges %s, itself or as a cause', (code, verdict) => {
    expect(verdictOfFailure(coded(code))).toBe(verdict);
    expect(verdictOfFailure(fetchFailed(coded(code)))).toBe(verdict);
    expect(verdictOfFailure(new Error('outer', { cause: fetchFailed(coded(code)) }))).toBe(verdict);
  });

  it('takes what failed while connecting for unsent, and the same on a connection not', () => {
    expect(verdictOfFailure(coded('ETIMEDOUT', { syscall: 'connect' }))).toBe(UNSENT);
    expect(verdictOfFailure(coded('EHOSTUNREACH', { syscall: 'connect' }))).toBe(UNSENT);
    expect(verdictOfFailure(coded('ETIMEDOUT', { syscall: 'read' }))).toBe(FAILURE);
    expect(verdictOfFailure(coded('ETIMEDOUT'))).toBe(FAILURE);
  });

  it.each([
    ['bad port', IGNORABLE],
    ['unknown scheme', IGNORABLE],
    ['not implemented... yet...', IGNORABLE],
    ['unexpected redirect', IGNORABLE],
    ['redirect count exceeded', LASTING_FAILURE],
  ])('knows a cause without a code by its message: %s', (message, verdict) => {
    expect(verdictOfFailure(fetchFailed(new Error(message)))).toBe(verdict);
  });

  it.each([
    ['no-redirect', IGNORABLE],
    ['unsupported-redirect', IGNORABLE],
    ['invalid-redirect', LASTING_FAILURE],
    ['max-redirect', LASTING_FAILURE],
    ['system', FAILURE],
  ])("knows node-fetch's word %s", (type, verdict) => {
    expect(verdictOfFailure(Object.assign(new Error('said at length'), { type }))).toBe(verdict);
  });

  it('takes several addresses for unsent only if none was reached', () => {
    const refused = coded('ECONNREFUSED');
    expect(
      verdictOfFailure(fetchFailed(new AggregateError([refused, coded('ETIMEDOUT', { syscall: 'connect' })]))),
    ).toBe(UNSENT);
    expect(verdictOfFailure(fetchFailed(new AggregateError([refused, coded('ECONNRESET')])))).toBe(FAILURE);
    expect(
      verdictOfFailure(Object.assign(new AggregateError([refused, coded('ECONNRESET')]), { code: 'ECONNREFUSED' })),
    ).toBe(FAILURE);
    expect(verdictOfFailure(new AggregateError([]))).toBe(FAILURE);
  });

  it('says nothing about the other side when somebody aborted', () => {
    expect(verdictOfFailure(new DOMException('stop', 'AbortError'))).toBe(IGNORABLE);
    expect(verdictOfFailure(new DOMException('late', 'TimeoutError'))).toBe(LASTING_FAILURE);
  });

  it('does not try a bug again', () => {
    expect(verdictOfFailure(new ReferenceError('x is not defined'))).toBe(LASTING_FAILURE);
    expect(verdictOfFailure(new SyntaxError('unexpected end'))).toBe(LASTING_FAILURE);
  });

  it.each([undefined, null, 'text', 7, {}, new Error('who knows'), fetchFailed('text')])(
    'tries again what says nothing known: %o',
    (error) => {
      expect(verdictOfFailure(error)).toBe(FAILURE);
    },
  );

  it('ends with causes that go in a circle', () => {
    const error = new Error('around');
    error.cause = error;
    expect(verdictOfFailure(error)).toBe(FAILURE);
    expect(verdictOfFailure(new AggregateError([error, error]))).toBe(FAILURE);
  });
});
