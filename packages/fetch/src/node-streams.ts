/** As much of `node:stream` as is used here. */
export interface NodeStreams {
  finished(stream: object, callback: (error?: Error & { readonly code?: string }) => void): unknown;
  readonly Readable: { fromWeb(stream: object): object };
}

/** `node:stream`, where there is one. */
export function nodeStreams(): NodeStreams | undefined {
  if (typeof process === 'undefined') return undefined;
  return process.getBuiltinModule?.('node:stream') as NodeStreams | undefined; // what Node says it is
}

declare const process: { getBuiltinModule?(name: string): unknown } | undefined;
