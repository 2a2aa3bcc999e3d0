/** Whatever can be told to stop: a fork, an `AbortController`, a waiting timer, a request on the wire. It must not throw. */
export interface AbortSink {
  /** Stops, for this reason: the value that whoever aborted gave. */
  abort(reason: unknown): void;
}

/** Where an abort comes from. A sink is told at most once, and not after it was taken off. */
export interface AbortSource {
  /** Tells the sink when it aborts, at once if it has. One that `hearsCaller` need not be told of an abort by the caller's signal. */
  onAbort(sink: AbortSink, hearsCaller?: boolean): void;
  /** Tells the sink nothing from now on. */
  offAbort(sink: AbortSink): void;
}

/** What one call knows of its abort, made only when somebody listens, reads the signal or aborts. */
export class AbortScope implements AbortSink {
  aborted = false;
  reason: unknown = undefined;
  #controller: AbortController | undefined = undefined;
  #sink: AbortSink | undefined = undefined; // nearly always there is one at most
  #moreSinks: Set<AbortSink> | undefined = undefined;
  #source: AbortSource | undefined = undefined;

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.aborted) this.#controller.abort(this.reason);
    }
    return this.#controller.signal;
  }

  get linked(): boolean {
    return this.#source !== undefined;
  }

  link(source: AbortSource, hearsCaller = false): void {
    this.#source = source;
    source.onAbort(this, hearsCaller);
  }

  unlink(): void {
    this.#source?.offAbort(this);
    this.#source = undefined;
  }

  add(sink: AbortSink): void {
    if (this.aborted) sink.abort(this.reason);
    else if (this.#sink === sink) return;
    else if (this.#sink === undefined && this.#moreSinks === undefined) this.#sink = sink;
    else (this.#moreSinks ??= new Set()).add(sink);
  }

  remove(sink: AbortSink): void {
    if (this.#sink === sink) this.#sink = undefined;
    else this.#moreSinks?.delete(sink);
  }

  abort(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    this.unlink();
    this.#controller?.abort(reason);
    const sink = this.#sink;
    this.#sink = undefined;
    sink?.abort(reason);
    if (this.#moreSinks === undefined) return;
    for (const each of this.#moreSinks) each.abort(reason); // one that another takes off meanwhile is not visited
    this.#moreSinks = undefined;
  }
}

const callerSignals = new WeakMap<AbortSignal, CallerSignal>();

/** One listener on a caller's signal for all calls that hang on it, taken off with the last of them. */
class CallerSignal implements AbortSource {
  readonly #signal: AbortSignal;
  readonly #sinks = new Set<AbortSink>();
  readonly #abortAll = (): void => {
    for (const sink of this.#sinks) {
      this.offAbort(sink);
      sink.abort(this.#signal.reason); // it may take others off, which are then not visited
    }
  };

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  onAbort(sink: AbortSink): void {
    if (this.#sinks.size === 0) this.#signal.addEventListener('abort', this.#abortAll);
    this.#sinks.add(sink);
  }

  /** Takes the listener off with the last sink. */
  offAbort(sink: AbortSink): void {
    if (this.#sinks.delete(sink) && this.#sinks.size === 0) this.#signal.removeEventListener('abort', this.#abortAll);
  }
}

export function callerSignal(signal: AbortSignal): AbortSource {
  let source = callerSignals.get(signal);
  if (source === undefined) callerSignals.set(signal, (source = new CallerSignal(signal)));
  return source;
}
