import { Readable } from 'node:stream';

import { virtualClock } from '@inmesh/core/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { readAhead, readWhatIsThere, sourceOf } from './read-ahead.ts';

function streamOf(chunks: readonly Uint8Array[], onCancel?: (reason: unknown) => void): ReadableStream<Uint8Array> {
  const left = [...chunks];
  return new ReadableStream({
    pull(controller) {
      const chunk = left.shift();
      if (chunk === undefined) controller.close();
      else controller.enqueue(chunk);
    },
    cancel: (reason) => onCancel?.(reason),
  });
}

describe('readAhead', () => {
  it('gives the bytes up to its limit, and a stream of the same beyond it', async () => {
    const kinds = { bytes: 0, stream: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ minLength: 1, maxLength: 8 })), fc.nat(24), async (chunks, limit) => {
        const whole = Buffer.concat(chunks);
        const read = await readAhead(sourceOf(streamOf(chunks)), limit);
        const kept = read instanceof Uint8Array;
        kinds[kept ? 'bytes' : 'stream']++;
        expect(kept).toBe(whole.length <= limit);
        expect(Buffer.from(await new Response(read as BodyInit).arrayBuffer())).toEqual(whole);
      }),
    );
    expect(kinds.bytes).toBeGreaterThan(0);
    expect(kinds.stream).toBeGreaterThan(0);
  });

  it('cancels what it has not read when the rest is cancelled', async () => {
    const reasons: unknown[] = [];
    const chunk = new Uint8Array(10);
    const read = await readAhead(sourceOf(streamOf([chunk, chunk, chunk], (reason) => reasons.push(reason))), 5);
    if (read instanceof Uint8Array) throw new Error('it was to be a stream');
    await read.cancel('enough');
    expect(reasons).toEqual(['enough']);
  });

  it.each([
    ['web', (end: (reason: unknown) => void) => new ReadableStream<Uint8Array>({ cancel: end })],
    [
      'Node',
      (end: (reason: unknown) => void) =>
        new Readable({
          read() {},
          destroy(_error, done) {
            end('enough');
            done(null);
          },
        }),
    ],
  ])('cancels a stream of the %s that stalls, when the rest is cancelled', async (_, stalled) => {
    const reasons: unknown[] = [];
    const clock = virtualClock();
    const reading = readWhatIsThere(sourceOf(stalled((reason) => reasons.push(reason))), 100, clock);
    await clock.advance(20);
    const rest = (await reading) as ReadableStream<Uint8Array>; // for nothing came
    const reader = rest.getReader();
    const pending = reader.read().catch(() => {});
    await reader.cancel('enough').catch(() => {});
    await pending;

    expect(reasons).toEqual(['enough']);
  });

  it('fails as the body fails', async () => {
    const body = new ReadableStream<Uint8Array>({ start: (controller) => controller.error(new Error('no file')) });
    await expect(readAhead(sourceOf(body), 5)).rejects.toThrow('no file');
  });
});

describe('readWhatIsThere', () => {
  it('gives the bytes of what is there, and leaves no timer', async () => {
    const clock = virtualClock();
    const read = await readWhatIsThere(sourceOf(new Blob(['hello, ', 'you']).stream()), 100, clock);
    expect(Buffer.from(read as Uint8Array).toString()).toBe('hello, you');
    expect(clock.timers).toBe(0);
  });

  it('waits for nobody who is still writing: what came goes first, the rest as it comes', async () => {
    const clock = virtualClock();
    let writer: ReadableStreamDefaultController<Uint8Array> | undefined;
    const body = new ReadableStream<Uint8Array>({ start: (controller) => void (writer = controller) });
    writer?.enqueue(Buffer.from('hello, '));
    const reading = readWhatIsThere(sourceOf(body), 100, clock);
    await clock.advance(20);
    const read = await reading;
    writer?.enqueue(Buffer.from('you'));
    writer?.close();
    expect(await new Response(read as BodyInit).text()).toBe('hello, you');
    expect(clock.timers).toBe(0);
  });

  it('hands on the error of a body that dies later', async () => {
    const clock = virtualClock();
    let writer: ReadableStreamDefaultController<Uint8Array> | undefined;
    const body = new ReadableStream<Uint8Array>({ start: (controller) => void (writer = controller) });
    const reading = readWhatIsThere(sourceOf(body), 100, clock);
    await clock.advance(20);
    const read = await reading;
    writer?.error(new Error('no more file'));
    await expect(new Response(read as BodyInit).text()).rejects.toThrow('no more file');
  });
});
