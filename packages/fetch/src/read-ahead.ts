import type { Clock, Timer } from '@inmesh/core';

import { nodeStreams } from './node-streams.ts';
import { PLATFORM } from './platform.ts';

/**
 * Reads a body to its end, so that it can be sent more than once, unless it is longer than `limit` bytes: then gives a
 * stream of the whole, what was read first. So too when it is `late`: then nobody waits for the rest.
 */
export async function readAhead(
  body: AsyncIterable<unknown>,
  limit: number,
  late?: Promise<undefined>,
): Promise<Uint8Array | ReadableStream<Uint8Array>> {
  const source = body[Symbol.asyncIterator]();
  const chunks: Uint8Array[] = [];
  let length = 0;
  while (length <= limit) {
    const next = source.next();
    const step = await (late === undefined ? next : Promise.race([next, late]));
    if (step === undefined) return streamed(chunks, source, next);
    if (step.done === true) return joined(chunks, length);
    const chunk = bytesOf(step.value);
    chunks.push(chunk);
    length += chunk.byteLength;
  }
  return streamed(chunks, source);
}

/** What is there comes within this time; what does not is still being made. */
const ENOUGH_MS = 20;

/** The same, without waiting for a body that is still being made: that one is given as a stream. */
export async function readWhatIsThere(
  body: AsyncIterable<unknown>,
  limit: number,
  clock: Clock,
): Promise<Uint8Array | ReadableStream<Uint8Array>> {
  let timer: Timer | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = clock.setTimeout(() => {
      resolve(undefined);
    }, ENOUGH_MS);
  });
  try {
    return await readAhead(body, limit, late);
  } finally {
    clock.clearTimeout(timer);
  }
}

function bytesOf(chunk: unknown): Uint8Array {
  return typeof chunk === 'string' ? new TextEncoder().encode(chunk) : (chunk as Uint8Array); // what bodies consist of
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}

function streamed(
  chunks: Uint8Array[],
  source: AsyncIterator<unknown>,
  pending?: Promise<IteratorResult<unknown>>,
): ReadableStream<Uint8Array> {
  let begun = pending;
  return new ReadableStream({
    async pull(controller) {
      const first = chunks.shift();
      if (first !== undefined) {
        controller.enqueue(first);
        return;
      }
      const { done, value } = await (begun ?? source.next());
      begun = undefined;
      if (done === true) controller.close();
      else controller.enqueue(bytesOf(value));
    },
    async cancel(reason) {
      await source.return?.(reason);
    },
  });
}

/** A stream as every fetch of the platform takes it: node-fetch would send the name of a web stream's class. */
export function anyStream(body: unknown): unknown {
  if (PLATFORM !== 'node' || !(body instanceof ReadableStream)) return body;
  return nodeStreams()?.Readable.fromWeb(body) ?? body;
}
