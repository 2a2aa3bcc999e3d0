import { toEndpoint } from '@inmesh/core/endpoints';
import { describe, expect, it } from 'vitest';

import { addressOf } from './address.ts';

describe('addressOf', () => {
  it.each([
    { origin: 'http://users', host: 'users', port: '80' },
    { origin: 'https://users', host: 'users', port: '443' },
    { origin: 'HTTPS://users', host: 'users', port: '443' },
    { origin: 'http://10.0.0.1:8080', host: '10.0.0.1', port: '8080' },
    { origin: 'http://[::1]:8080', host: '::1', port: '8080' },
    { origin: 'https://[fe80::1]', host: 'fe80::1', port: '443' },
    { origin: 'redis://cache', host: 'cache', port: '' },
  ])('takes $origin apart', ({ origin, host, port }) => {
    const endpoint = toEndpoint(origin);
    expect(addressOf(endpoint)).toEqual({ host, port });
    expect(addressOf(endpoint)).toBe(addressOf(endpoint));
  });
});
