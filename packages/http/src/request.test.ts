import { describe, expect, it } from 'vitest';

import { isIdempotent } from './request.ts';

const asked = (method: string, headers: Record<string, string> = {}) => ({
  method,
  header: (name: string) => headers[name] ?? null,
});

describe('isIdempotent', () => {
  it.each(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE', 'QUERY', 'get', 'put'])(
    '%s may be done twice',
    (method) => {
      expect(isIdempotent(asked(method))).toBe(true);
    },
  );

  it.each(['POST', 'PATCH', 'CONNECT', 'PURGE', ''])('%s may not', (method) => {
    expect(isIdempotent(asked(method))).toBe(false);
  });

  it('takes an Idempotency-Key for a promise', () => {
    expect(isIdempotent(asked('POST', { 'idempotency-key': '"8e03978e"' }))).toBe(true);
    expect(isIdempotent(asked('POST', { 'idempotency-key': '' }))).toBe(false);
  });
});
