import { nodeStreams } from './node-streams.ts';
import { PLATFORM } from './platform.ts';

/**
 * Reads a body to its end, so that it can be sent more than once, unless it is longer than `limit` bytes: then gives a
 * stream of the whole, what was read first.
 */
export async function readAhead(
  body: AsyncIterable<unknown>,
  limit: number,
): Promise<Uint8Array | ReadableStream<Uint8Array>> {
  const source = body[Symbol.asyncIterator]();
  const chunks: Uint8Array[] = [];
  let length = 0;
  while (length <= limit) {
    const { done, value } = await source.next();
    if (done === true) return joined(chunks, length);
    const chunk = bytesOf(value);
    chunks.push(chunk);
    length += chunk.byteLength;
  }
  return streamed(chunks, source);
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

function streamed(chunks: Uint8Array[], source: AsyncIterator<unknown>): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      const first = chunks.shift();
      if (first !== undefined) {
        controller.enqueue(first);
        return;
      }
      const { done, value } = await source.next();
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
