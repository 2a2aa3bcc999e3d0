import { show } from '@inmesh/core/options';

import { AbortScope, callerSignal, type AbortSink, type AbortSource } from './abort.ts';
import type { Key } from './key.ts';
import { plain, type Holder, type Protocol } from './protocol.ts';

/** What is known when a call begins. */
export interface CallOptions {
  /** Operation name for telemetry: low cardinality, never a raw URL (default: the function's name). */
  readonly name?: string | undefined;
  /** Aborts the call, with its reason, which may be any value. */
  readonly signal?: AbortSignal | undefined;
  /** Judges results and errors (default: `plain`, the protocol of functions). */
  readonly protocol?: Protocol | undefined;
  /** Errors of ours carry the stack of where they were made, which costs microseconds each (default: false). */
  readonly captureStacks?: boolean | undefined;
}

/** What the wrapped function sees of its call. */
export interface CallView {
  /** Aborts with the reason of whoever aborted. Made when first read. */
  readonly signal: AbortSignal;
  /** 1, 2, …: a number of its own for every sending of the same call. */
  readonly attempt: number;
  /** Absolute, in ms on the clock of the policies; `Infinity` if there is none. */
  readonly deadline: number;
  /** The value that was bound last on the way here, or the key's fallback. */
  get<T>(key: Key<T>): T;
}

/** One entry of a call's log. */
interface Fact {
  readonly by: Call;
  readonly key: Key<unknown>;
  readonly value: unknown;
  readonly earlier: Fact | undefined;
}

/** The options of a call, checked and whole: the same for every call of a wrapped function. */
export interface Settings {
  readonly name: string;
  readonly signal: AbortSignal | undefined;
  readonly protocol: Protocol;
  readonly captureStacks: boolean;
}

/** What all forks of one call share. */
class Origin {
  readonly input: unknown;
  readonly settings: Settings;
  log: Fact | undefined = undefined;
  attempts = 1;
  repeats = false;
  /** Somebody gave a signal, reads one, listens or aborted; until then nobody needs to ask the forks. */
  abortable: boolean;

  constructor(input: unknown, settings: Settings) {
    this.input = input;
    this.settings = settings;
    this.abortable = settings.signal !== undefined;
  }
}

/**
 * One call on its way through the policies: values flow down by binding, facts flow up by a log.
 *
 * A fork is a call that can be aborted by itself. What `with` gives shares the abort of the fork it was made from.
 */
export class Call implements AbortSink, AbortSource, Holder, CallView {
  readonly attempt: number;
  readonly deadline: number;
  readonly #origin: Origin;
  readonly #parent: Call | undefined;
  readonly #key: Key<unknown> | undefined;
  readonly #value: unknown;
  #scope: AbortScope | undefined = undefined;
  #released = false;

  /** Use {@link Call.start}: an origin is made nowhere else. */
  constructor(
    origin: Origin,
    parent: Call | undefined,
    attempt: number,
    deadline: number,
    key?: Key<unknown>,
    value?: unknown,
  ) {
    this.attempt = attempt;
    this.deadline = deadline;
    this.#origin = origin;
    this.#parent = parent;
    this.#key = key;
    this.#value = value;
  }

  /**
   * Begins a call; for adapters. The result of the handler goes through {@link Call.settles}; `begin` does both.
   *
   * Throws a `TypeError` naming an option that is unknown or of the wrong kind.
   */
  static start(input: unknown, options: CallOptions = NO_OPTIONS, name = ''): Call {
    return startWith(input, settingsOf(options, name));
  }

  /** What the adapter was called with; for `wrap`, the function's arguments. */
  get input(): unknown {
    return this.#origin.input;
  }

  /** Operation name for telemetry: low cardinality, never a raw URL. */
  get name(): string {
    return this.#origin.settings.name;
  }

  /** What the adapter knows about its requests and results. */
  get protocol(): Protocol {
    return this.#origin.settings.protocol;
  }

  /** Whether errors of ours are to carry a stack. */
  get captureStacks(): boolean {
    return this.#origin.settings.captureStacks;
  }

  /** How many sendings the call had so far, over all its forks; 1 without a retry or hedge. */
  get attempts(): number {
    return this.#origin.attempts;
  }

  /** Another attempt may follow, so the adapter keeps the body for it. */
  get repeats(): boolean {
    return this.#origin.repeats;
  }

  /** Told by retry and hedge before they send. */
  expectRepeats(): void {
    this.#origin.repeats = true;
  }

  /** A call that can be aborted by itself, perhaps with an earlier deadline (absolute, ms). A later one changes nothing. */
  fork(deadline: number = this.deadline): Call {
    return derive(this.#origin, this, this.attempt, deadline < this.deadline ? deadline : this.deadline);
  }

  /** The next sending of this call: a fork with a number of its own among all of the call's sendings. */
  forkAttempt(): Call {
    return derive(this.#origin, this, ++this.#origin.attempts, this.deadline);
  }

  /** This call with a value bound for everything inside. */
  with<T>(key: Key<T>, value: T): Call {
    return derive(this.#origin, this, this.attempt, this.deadline, key, value);
  }

  get<T>(key: Key<T>): T {
    for (let call: Call | undefined = this; call !== undefined; call = call.#parent) {
      if (call.#key?.name === key.name) return call.#value as T; // bound under a key of this name, hence of its type
    }
    return key.fallback;
  }

  /** Appends a fact to the call's log, which all its forks share. */
  note<T>(key: Key<T>, value: T): void {
    this.#origin.log = { by: this, key, value, earlier: this.#origin.log };
  }

  /** What any fork of the call noted under the key, latest first. */
  *noted<T>(key: Key<T>): Generator<T, void, undefined> {
    for (let fact = this.#origin.log; fact !== undefined; fact = fact.earlier) {
      if (fact.key.name === key.name) yield fact.value as T; // noted under a key of this name, hence of its type
    }
  }

  /** Whether any fork of the call noted this value. */
  hasNoted<T>(key: Key<T>, value: T): boolean {
    for (let fact = this.#origin.log; fact !== undefined; fact = fact.earlier) {
      if (fact.value === value && fact.key.name === key.name) return true;
    }
    return false;
  }

  /** Whether this call, or a fork made from it, noted this value. */
  hasNotedWithin<T>(key: Key<T>, value: T): boolean {
    for (let fact = this.#origin.log; fact !== undefined; fact = fact.earlier) {
      if (fact.value === value && fact.key.name === key.name && fact.by.#isWithin(this)) return true;
    }
    return false;
  }

  #isWithin(outer: Call): boolean {
    for (let call: Call | undefined = this; call !== undefined; call = call.#parent) if (call === outer) return true;
    return false;
  }

  /** Was it aborted, here or by whoever is outside? */
  get aborted(): boolean {
    return this.#origin.abortable && this.#hasAborted();
  }

  #hasAborted(): boolean {
    const scope = this.#abortedScope();
    return scope === null ? this.#origin.settings.signal?.aborted === true : scope !== undefined;
  }

  /** Why it was aborted: any value. */
  get reason(): unknown {
    const scope = this.#abortedScope();
    return scope === null ? this.#origin.settings.signal?.reason : scope?.reason;
  }

  get signal(): AbortSignal {
    return this.#fork.#linked().signal;
  }

  /**
   * Tells the sink when this call is aborted, at once if it is. One that hangs on the caller's signal by itself says so with
   * `hearsCaller`: then nothing of ours listens to that on its behalf.
   */
  onAbort(sink: AbortSink, hearsCaller = false): void {
    this.#fork.#linked(hearsCaller).add(sink);
  }

  /** Tells the sink nothing from now on. */
  offAbort(sink: AbortSink): void {
    this.#fork.#scope?.remove(sink);
  }

  /** Aborts this fork and everything inside it, unless it is over or was aborted before: the first reason stays. */
  abort(reason: unknown): void {
    const fork = this.#fork;
    if (!fork.#released && !fork.aborted) fork.#ownScope().abort(reason);
  }

  /** The fork is over: no abort reaches it any more, and it listens to nobody. */
  release(): void {
    const fork = this.#fork;
    if (!fork.#released && fork.aborted) fork.#linked(); // whose abort it stays
    fork.#released = true;
    fork.#scope?.unlink();
  }

  /** A fork is the holder of its own result. */
  over(): void {
    this.release();
  }

  /** Hands in the outcome, so that the link to the caller's signal ends with the result. Keeps no reference to it. */
  settles<T>(result: Promise<T>): Promise<T> {
    return this.#origin.settings.signal === undefined ? result : this.#unlinkedBy(result);
  }

  #unlinkedBy<T>(result: Promise<T>): Promise<T> {
    return result.then(
      (value) => {
        this.protocol.hold(value, this);
        return value;
      },
      (error: unknown) => {
        this.release();
        throw error;
      },
    );
  }

  /** The nearest scope that was aborted; `undefined` if none can be, `null` if only the caller's signal is left to ask. */
  #abortedScope(): AbortScope | undefined | null {
    for (let call: Call | undefined = this; call !== undefined; ) {
      const fork: Call = call.#fork;
      if (fork.#scope?.aborted === true) return fork.#scope;
      if (fork.#released) return undefined;
      call = fork.#parent;
    }
    return null;
  }

  /** The call that is aborted with this one: itself, or what a value was bound to. */
  get #fork(): Call {
    let call: Call = this;
    while (call.#key !== undefined && call.#parent !== undefined) call = call.#parent;
    return call;
  }

  #ownScope(): AbortScope {
    this.#origin.abortable = true;
    return (this.#scope ??= new AbortScope());
  }

  #linked(hearsCaller = false): AbortScope {
    const { signal } = this.#origin.settings;
    const scope = this.#ownScope();
    if (scope.aborted || this.#released) return scope;
    const parent = this.#parent;
    if (scope.linked) {
      if (signal !== undefined && !hearsCaller && parent !== undefined) parent.#fork.#linked(); // perhaps it was linked for one that hears it
    } else if (this.aborted) scope.abort(this.reason);
    else if (parent !== undefined) scope.link(parent, hearsCaller);
    else if (signal !== undefined && !hearsCaller) scope.link(callerSignal(signal));
    return scope;
  }
}

/** Makes a call of another. Outside of the class, for the build renames a class that names itself in its body. */
function derive(
  origin: Origin,
  parent: Call,
  attempt: number,
  deadline: number,
  key?: Key<unknown>,
  value?: unknown,
): Call {
  return new Call(origin, parent, attempt, deadline, key, value);
}

/** Begins a call with settings that were made of its options before. */
export function startWith(input: unknown, settings: Settings): Call {
  return new Call(new Origin(input, settings), undefined, 1, Infinity);
}

const NO_OPTIONS: CallOptions = Object.freeze({});
const KNOWN_OPTIONS: ReadonlySet<string> = new Set(['name', 'signal', 'protocol', 'captureStacks']);

/** Completes the options of a call. Throws a `TypeError` naming one that is unknown or of the wrong kind. */
export function settingsOf(options: CallOptions, called: string): Settings {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw new TypeError(`options of a call must be an object, got ${show(options)}`);
  for (const option in options)
    if (!KNOWN_OPTIONS.has(option)) throw new TypeError(`unknown option of a call: ${option}`);
  const { name = called, signal, protocol = plain, captureStacks = false } = options;
  if (typeof name !== 'string') throw new TypeError(`name must be a string, got ${show(name)}`);
  if (signal !== undefined && typeof signal?.addEventListener !== 'function')
    throw new TypeError(`signal must be an AbortSignal, got ${show(signal)}`);
  if (protocol?.['~inmesh'] !== 'protocol' || !Object.hasOwn(protocol, '~inmesh'))
    throw new TypeError(`protocol must come from defineProtocol, got ${show(protocol)}`);
  if (typeof captureStacks !== 'boolean')
    throw new TypeError(`captureStacks must be a boolean, got ${show(captureStacks)}`);
  return { name, signal, protocol, captureStacks };
}
