/**
 * Is a body the same when it is sent a second time? Text, bytes, blobs and forms are; whatever is read as it is sent is
 * not: an async generator would send nothing the second time, and be answered with a 200.
 */
export function isReplayable(body: unknown): boolean {
  if (typeof body !== 'object' || body === null) return true;
  if ('pipe' in body) return false; // a stream, whatever it is called: the package form-data has one named FormData
  return ArrayBuffer.isView(body) || REPLAYABLE.has(Object.prototype.toString.call(body));
}

const REPLAYABLE: ReadonlySet<string> = new Set(
  ['ArrayBuffer', 'SharedArrayBuffer', 'Blob', 'File', 'FormData', 'URLSearchParams'].map((tag) => `[object ${tag}]`),
);
