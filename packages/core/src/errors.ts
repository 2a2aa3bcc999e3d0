import { show } from '@inmesh/core/options';

/** What our errors carry beside their message. */
export interface ResilienceErrorFacts {
  /** The name of the policy that ended the call. */
  readonly policy: string;
  /** What led to it. */
  readonly cause?: unknown;
  /** Whether to record where the error was made, which costs microseconds (default: false). */
  readonly captureStack?: boolean;
}

type Brand = 'ended' | 'rejected';

/** A policy, not the wrapped function, ended the call. Each class has a literal `code`, by which {@link isError} knows it. */
export abstract class ResilienceError extends Error {
  /** The same for the class itself, by which `isError` knows the base classes. */
  static readonly '~inmesh': Brand = 'ended';
  /** Whether the call was refused before it was sent, or ended with an outcome that is not known. */
  readonly '~inmesh': Brand; // read by name, so it survives two installed copies
  /** Tells the classes apart, whichever copy of the package they are of. */
  abstract readonly code: string;
  /** The name of the policy that ended the call. */
  readonly policy: string;

  constructor(message: string, { policy, cause, captureStack = false }: ResilienceErrorFacts) {
    const { stackTraceLimit } = V8;
    const isLimited = !captureStack && stackTraceLimit !== undefined && limitStackTraces(0);
    try {
      super(message, cause === undefined ? undefined : { cause });
    } finally {
      if (isLimited) V8.stackTraceLimit = stackTraceLimit; // no call, for which the stack may have no room left
    }
    this['~inmesh'] = new.target['~inmesh'];
    this.policy = policy;
  }
}

/** Refused before it was sent: safe to try elsewhere. */
export abstract class RejectedError extends ResilienceError {
  static override readonly '~inmesh': Brand = 'rejected';
}

/**
 * Rejects a call with an error of ours, a moment later, when whoever gets the promise has had time to listen. One that is rejected from
 * the start makes Node note a rejection that nobody handles, and cross it out, which costs more than the rest of a refusal.
 */
export function refuse(error: ResilienceError): Promise<never> {
  return new Promise((_resolve, reject) => {
    void SETTLED.then(() => {
      reject(error);
    });
  });
}

const SETTLED: Promise<void> = /* @__PURE__ */ Promise.resolve();

/** A class of our errors: one with a `code`, or a base class. */
export type ErrorClass<E extends ResilienceError> = (abstract new (
  ...args: never[]
) => E) & {
  readonly '~inmesh': Brand;
  readonly code?: string;
};

/**
 * Is it, or was it caused by, one of our errors of this class?
 *
 * Works where `instanceof` does not: across two installed copies, between ES modules and CommonJS, and through `cause`
 * (a body that dies rejects with the platform's error, caused by ours). Use {@link findError} to read the facts of an
 * error that may be a cause. Throws a `TypeError` if `Class` is no class, for then it would quietly answer no.
 */
export function isError<E extends ResilienceError>(error: unknown, Class: ErrorClass<E>): error is E {
  return findError(error, Class) !== undefined;
}

/** The first of our errors of this class among the error and its causes. */
export function findError<E extends ResilienceError>(error: unknown, Class: ErrorClass<E>): E | undefined {
  if (typeof Class !== 'function') throw new TypeError(`Class must be a class of errors, got ${show(Class)}`);
  let candidate = error;
  for (let depth = 0; depth < DEEPEST_CAUSE && isObject(candidate); depth++) {
    if (matches(candidate, Class)) return candidate as unknown as E; // known by its brand and code
    candidate = candidate['cause'];
  }
  return undefined;
}

const DEEPEST_CAUSE = 16; // causes can be circular

type Facts = Readonly<Record<string, unknown>>;

function matches(error: Facts, Class: ErrorClass<ResilienceError>): boolean {
  const brand = error['~inmesh'];
  if (brand !== 'ended' && brand !== 'rejected') return false;
  if (Class.code !== undefined) return error['code'] === Class.code;
  return Class['~inmesh'] === 'ended' || Class['~inmesh'] === brand;
}

export function isRefusal(error: unknown): boolean {
  return isObject(error) && error['~inmesh'] === 'rejected';
}

/** A time limit of ours passed. */
export function isLimit(error: unknown): boolean {
  return (
    isObject(error) &&
    error['~inmesh'] === 'ended' &&
    (error['code'] === 'ERR_TIMEOUT' || error['code'] === 'ERR_DEADLINE_EXCEEDED')
  );
}

/** Our own event loop was blocked meanwhile, so it says nothing about the other side. */
export function isLocal(error: unknown): boolean {
  return isObject(error) && error['local'] === true;
}

function isObject(value: unknown): value is Facts {
  return typeof value === 'object' && value !== null;
}

/** Says whether it could: not where intrinsics are frozen. */
function limitStackTraces(frames: number): boolean {
  try {
    V8.stackTraceLimit = frames;
    return true;
  } catch {
    return false;
  }
}

const V8 = Error as { stackTraceLimit?: number | undefined }; // in no standard library of types
