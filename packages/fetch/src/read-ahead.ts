import type { Clock, Timer } from '@inmesh/core';

import { nodeStreams } from './node-streams.ts';
import { PLATFORM } from './platform.ts';

/** A body that is read. It can be cancelled while something is waited for, which no iterator can. */
export interface Source {
  next(): Promise<IteratorResult<unknown>>;
  cancel(reason: unknown): Promise<void>;
}

/** Begins to read a stream of the web or of Node. */
export function sourceOf(body: AsyncIterable<unknown>): Source {
  const { getReader, destroy } = body as Partial<Record<'getReader' | 'destroy', () => unknown>>; // asked, not believed
  if (getReader !== undefined) {
    const reader = getReader.call(body) as ReadableStreamDefaultReader; // what a web stream gives
    return {
      next: () => reader.read() as Promise<IteratorResult<unknown>>, // the same in other words
      cancel: (reason) => reader.cancel(reason),
    };
  }
  const iterator = body[Symbol.asyncIterator]();
  return {
    next: () => iterator.next(),
    async cancel() {
      destroy?.call(body);
      await iterator.return?.();
    },
  };
}

/**
 * Reads a body to its end, so that it can be sent more than once, unless it is longer than `limit` bytes: then gives a
 * stream of the whole, what was read first. So too when it is `late`: then nobody waits for the rest.
 */
export async function readAhead(
  source: Source,
  limit: number,
  late?: Promise<undefined>,
): Promise<Uint8Array | ReadableStream<Uint8Array>> {
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
  source: Source,
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
    return await readAhead(source, limit, late);
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
  source: Source,
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
      await source.cancel(reason);
    },
  });
}

/** A stream as every fetch of the platform takes it: node-fetch would send the name of a web stream's class. */
export function anyStream(body: unknown): unknown {
  if (PLATFORM !== 'node' || !(body instanceof ReadableStream)) return body;
  return nodeStreams()?.Readable.fromWeb(body) ?? body;
}
