import { Readable } from 'node:stream';

import { describe, expect, it } from 'vitest';

import { isReplayable } from './body.ts';

describe('isReplayable', () => {
  it.each<[string, unknown]>([
    ['text', 'hello'],
    ['a number', 7],
    ['bytes', new Uint8Array(1)],
    ['a Buffer', Buffer.from('x')],
    ['a view', new DataView(new ArrayBuffer(1))],
    ['an ArrayBuffer', new ArrayBuffer(1)],
    ['a Blob', new Blob(['x'])],
    ['a File', new File(['x'], 'x')],
    ['a query', new URLSearchParams()],
    ['a form', new FormData()],
  ])('%s', (_, body) => {
    expect(isReplayable(body)).toBe(true);
  });

  it.each<[string, unknown]>([
    ['a stream', new ReadableStream()],
    ['a Node stream', Readable.from([])],
    ['a stream that is called a form', Object.assign(Readable.from([]), { [Symbol.toStringTag]: 'FormData' })],
    ['a generator', (async function* () {})()],
    ['an iterable', [Uint8Array.of(1)]],
    ['an object of some kind', { toString: () => 'hello' }],
  ])('not %s', (_, body) => {
    expect(isReplayable(body)).toBe(false);
  });
});
