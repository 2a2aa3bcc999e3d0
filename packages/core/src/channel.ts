import { callable, text } from '@inmesh/core/options';

/** Events of one kind, about no single call. Publishing costs nothing while nobody listens. */
export interface Channel<E> {
  /** As in `inmesh:circuit`; where Node has `diagnostics_channel`, each event is published there under the same name. */
  readonly name: string;
  /** Ask before an event is made. */
  readonly hasSubscribers: boolean;
  /** Hears every event until the function it gives is called. What a listener throws harms nobody. */
  subscribe(listener: (event: E) => void): () => void;
  /** Tells every listener now, one after another; never throws. */
  publish(event: E): void;
}

/** What a listener of ours threw, on the channel `inmesh:listener`. */
export interface ListenerEvent {
  /**
   * The channel it listened to, or what called it: `observed`, `judge`, `protocol`, `detector`, `openForMs`, `attribute`,
   * `algorithm`, `forgotten`.
   */
  readonly to: string;
  /** What it threw. */
  readonly error: unknown;
}

interface Mirror {
  readonly hasSubscribers: boolean;
  publish(event: unknown): void;
}

class LocalChannel<E> implements Channel<E> {
  readonly name: string;
  readonly #listeners = new Set<(event: E) => unknown>();
  readonly #mirror: Mirror | undefined;

  constructor(name: string) {
    this.name = name;
    this.#mirror = diagnosticsChannel(name);
  }

  get hasSubscribers(): boolean {
    return this.#listeners.size > 0 || this.#mirror?.hasSubscribers === true;
  }

  subscribe(listener: (event: E) => void): () => void {
    callable({ listener });
    const own = (event: E): unknown => listener(event); // so that one function may subscribe twice
    this.#listeners.add(own);
    return () => {
      this.#listeners.delete(own);
    };
  }

  publish(event: E): void {
    // Who subscribes meanwhile hears the next event first; who unsubscribes meanwhile does not hear this one.
    const listeners = [...this.#listeners];
    for (const listener of listeners) {
      if (this.#listeners.has(listener)) quietly(this.name, () => listener(event));
    }
    if (this.#mirror?.hasSubscribers === true) this.#mirror.publish(event);
  }
}

const REGISTRY = Symbol.for('inmesh.channels');

/**
 * The one channel of this name, also for a second installed copy of this package.
 *
 * Throws a `TypeError` if the name is no string or empty.
 */
export function channel<E>(name: string): Channel<E> {
  text({ name });
  const scope = globalThis as { [REGISTRY]?: Map<string, Channel<unknown>> }; // a place that all copies share
  const channels = (scope[REGISTRY] ??= new Map());
  let found = channels.get(name);
  if (found === undefined) channels.set(name, (found = new LocalChannel<unknown>(name)));
  return found as unknown as Channel<E>; // one name, one kind of event
}

/** What listeners threw. */
export const listenerChannel: Channel<ListenerEvent> = channel('inmesh:listener');

/**
 * Calls somebody's listener. What it throws, or rejects with if it is asynchronous, harms nobody and is published on
 * `inmesh:listener`.
 */
export function quietly(to: string, listen: () => unknown): void {
  try {
    const given = listen();
    if (given instanceof Promise)
      given.catch((error: unknown) => {
        publishError(to, error);
      });
  } catch (error) {
    publishError(to, error);
  }
}

/** Publishes on `inmesh:listener` what somebody threw who must harm nobody. */
export function publishError(to: string, error: unknown): void {
  if (to !== listenerChannel.name && listenerChannel.hasSubscribers) listenerChannel.publish({ to, error });
}

declare const process: { getBuiltinModule?(name: string): unknown } | undefined; // Node, where there is one

function diagnosticsChannel(name: string): Mirror | undefined {
  if (typeof process === 'undefined') return undefined;
  const module = process.getBuiltinModule?.('node:diagnostics_channel') as
    | { channel(name: string): Mirror }
    | undefined; // Node's documented shape
  return module?.channel(name);
}
