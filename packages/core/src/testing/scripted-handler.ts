import type { Call, Handler } from '@inmesh/core';

/** One sending that waits for its answer. */
export interface ScriptedCall<T> {
  /** What it was sent with. */
  readonly call: Call;
  /** Fulfils its promise. */
  respond(value: T): void;
  /** Rejects its promise. */
  fail(error: unknown): void;
}

/** The other side of a conversation that a test holds by hand. */
export interface ScriptedHandler<T> {
  /** Goes innermost, in the place of what is called. */
  readonly handler: Handler<T>;
  /** The next sending, in the order they came; waits for it if it has not come yet. */
  next(): Promise<ScriptedCall<T>>;
  /** Sendings that nobody has asked for with `next` yet. */
  readonly unread: number;
}

/**
 * A handler whose every answer the test gives itself.
 *
 * @example
 * const server = scriptedHandler<string>();
 * const result = policy(server.handler)(Call.start(undefined));
 * (await server.next()).fail(new Error('try again'));
 * (await server.next()).respond('hello');
 */
export function scriptedHandler<T>(): ScriptedHandler<T> {
  const arrived: ScriptedCall<T>[] = [];
  const awaited: ((sending: ScriptedCall<T>) => void)[] = [];
  return {
    handler: (call) =>
      new Promise<T>((respond, fail) => {
        const sending = { call, respond, fail };
        const waiter = awaited.shift();
        if (waiter === undefined) arrived.push(sending);
        else waiter(sending);
      }),
    next() {
      const sending = arrived.shift();
      return sending === undefined ? new Promise((resolve) => awaited.push(resolve)) : Promise.resolve(sending);
    },
    get unread() {
      return arrived.length;
    },
  };
}
