// The clients, each as something that puts a policy around it. They are loaded from where the matrix installed them.
import { wrapFetch } from '@inmesh/fetch';

/** ky leaves to us what is ours: retries, time limits, and what a status means. */
const plainKy = { retry: 0, timeout: false, throwHttpErrors: false };

/** @param {(name: string) => Promise<any>} load */
export async function clientOf(name, load) {
  const within = name.startsWith('in ');
  const version = within ? name.slice(3) : name;
  if (version === 'built-in') return around(globalThis.fetch, globalThis.Request, undefined);
  if (version === 'forgetful') return around(forgetful, globalThis.Request, forgetful);
  const module = await load(version);
  const { Request = module.default.Request ?? globalThis.Request } = module;
  if (version.startsWith('undici')) return around(module.fetch, Request, module.fetch);
  if (version.startsWith('node-fetch')) return around(module.default, Request, module.default);
  const ky = module.default;
  if (!within) return around(ky.create(plainKy), Request, ky.create(plainKy));
  return {
    bare: ky.create(plainKy),
    Request,
    wrap: (policy, options) => ky.create({ ...plainKy, fetch: wrapFetch(policy, options) }),
  };
}

/** As fetches are that were wrapped by somebody else: what they do not know is dropped. */
const forgetful = (input, { method, headers, body, signal, redirect } = {}) =>
  globalThis.fetch(input, { method, headers, body, signal, redirect });

/** The built-in fetch is what is wrapped if nothing is said. */
function around(bare, Request, fetch) {
  return {
    bare,
    Request,
    wrap: (policy, options) => wrapFetch(policy, fetch === undefined ? options : { fetch, ...options }),
  };
}
