import { callable, show } from '@inmesh/core/options';

import { Call, settingsOf, startWith, type CallOptions, type CallView } from './call.ts';
import { apply, type Handler, type Layer, type Policy } from './handler.ts';

/**
 * Puts a policy around a function, once, and gives a function of the same arguments.
 *
 * The function's first argument is its call: `signal` to pass on, `attempt`, `deadline`, `get`. One that throws is made
 * to reject. A call whose signal is aborted already rejects with the signal's reason, and nothing is called.
 *
 * `options` is an object, or a function of the arguments that gives one.
 *
 * @example
 * const getUser = wrap(policy, ({ signal }, id: string) => db.user(id, { signal })); // (id: string) => Promise<User>
 */
export function wrap<A extends unknown[], T>(
  policy: Policy, // by itself, or the result would be inferred from a policy that has members of its own
  fn: (call: CallView, ...args: A) => T | PromiseLike<T>,
  options?: CallOptions | ((...args: A) => CallOptions),
): (...args: A) => Promise<T>;
export function wrap<A extends unknown[], T>(
  layer: Layer<T>,
  fn: (call: CallView, ...args: A) => T | PromiseLike<T>,
  options?: CallOptions | ((...args: A) => CallOptions),
): (...args: A) => Promise<T>;
export function wrap<A extends unknown[], T>(
  policy: Layer<T>,
  fn: (call: CallView, ...args: A) => T | PromiseLike<T>,
  options: CallOptions | ((...args: A) => CallOptions) = {},
): (...args: A) => Promise<T> {
  callable({ fn });
  // The arguments went in below, as the input of the call.
  const bound = bind(policy, (call) => fn(call, ...(call.input as A)));
  if (typeof options === 'function') {
    return function wrapped(...args) {
      try {
        return begin(bound, Call.start(args, options(...args), fn.name));
      } catch (error) {
        return Promise.reject(error);
      }
    };
  }
  const settings = settingsOf(options, fn.name);
  return function wrapped(...args) {
    return begin(bound, startWith(args, settings));
  };
}

/**
 * Runs a function once under a policy. Bind it with {@link wrap} if it runs more than once: that costs less. It never throws:
 * what is wrong with its arguments it rejects with too.
 *
 * @example
 * const user = await run(policy, ({ signal }) => db.user('7', { signal }), { signal: request.signal });
 */
export function run<T>(policy: Policy, fn: (call: CallView) => T | PromiseLike<T>, options?: CallOptions): Promise<T>;
export function run<T>(layer: Layer<T>, fn: (call: CallView) => T | PromiseLike<T>, options?: CallOptions): Promise<T>;
export function run<T>(
  policy: Layer<T>,
  fn: (call: CallView) => T | PromiseLike<T>,
  options: CallOptions = {},
): Promise<T> {
  try {
    return begin(bind(policy, callable({ fn })), Call.start(undefined, options, fn.name));
  } catch (error) {
    return Promise.reject(error);
  }
}

/**
 * Sends a call through a bound handler; for adapters. A call that is aborted already rejects with its reason, and nothing
 * is called.
 */
export function begin<T>(handler: Handler<T>, call: Call): Promise<T> {
  if (call.aborted) return Promise.reject(call.reason);
  try {
    return call.settles(promised(handler(call)));
  } catch (error) {
    call.release();
    return Promise.reject(error);
  }
}

/** What a policy gave, which only the compiler has checked: an answer that is no promise would be a trap for the caller. */
function promised<T>(result: Promise<T>): Promise<T> {
  return result instanceof Promise ? result : adopted(result);
}

function adopted<T>(result: Promise<T>): Promise<T> {
  if (typeof (result as PromiseLike<T> | undefined)?.then === 'function') return Promise.resolve(result);
  throw new TypeError(`a policy must give a promise, got ${show(result)}`);
}

function bind<T>(policy: Layer<T>, fn: (call: Call) => T | PromiseLike<T>): Handler<T> {
  callable({ policy });
  return apply(policy, (call) => {
    try {
      const result = fn(call);
      return result instanceof Promise ? result : Promise.resolve(result);
    } catch (error) {
      return Promise.reject(error);
    }
  });
}
