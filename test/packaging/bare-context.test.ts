import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createContext, runInContext, type Context } from 'node:vm';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// tsup builds each package here as it does for a release, CommonJS only and into a folder of its own: a dist that others
// read at the same time stays as it is, and a stale one is never tested.
const root = join(import.meta.dirname, '../..');
const packages = ['core', 'timeout', 'retry', 'circuit-breaker', 'rate-limiter', 'load-balancer'];
const built = new Map<string, string>();
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inmesh-bare-'));
  for (const name of packages) {
    const options = ['--format', 'cjs', '--no-dts', '--no-sourcemap', '--silent', '--out-dir', join(folder, name)];
    await promisify(execFile)(join(root, 'node_modules/.bin/tsup'), options, { cwd: join(root, 'packages', name) });
    const manifest = JSON.parse(await readFile(join(root, 'packages', name, 'package.json'), 'utf8')) as {
      readonly exports: object;
    };
    for (const path of Object.keys(manifest.exports).filter((entry) => entry !== './package.json')) {
      const file = join(folder, name, `${path === '.' ? 'index' : path.slice(2)}.cjs`);
      built.set(`@inmesh/${name}${path.slice(1)}`, await readFile(file, 'utf8'));
    }
  }
}, 120_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Loads modules into the context, and can load nothing but what was built. */
function loader(context: Context): (id: string) => unknown {
  const loaded = new Map<string, { exports: unknown }>();
  return function load(id) {
    const known = loaded.get(id);
    if (known !== undefined) return known.exports;
    const code = built.get(id);
    if (code === undefined) throw new Error(`nothing called ${id} in a bare context`);
    const module: { exports: unknown } = { exports: {} };
    loaded.set(id, module);
    const run = runInContext(`(function (module, exports, require) {${code}\n})`, context, { filename: id }) as (
      ...scope: unknown[]
    ) => void;
    run(module, module.exports, load);
    return module.exports;
  };
}

const paths: readonly [name: string, path: string, result: unknown][] = [
  [
    'core',
    `const { wrap, compose, circuitChannel } = require('@inmesh/core');
     const { keyed } = require('@inmesh/core/keyed');
     const { observed } = require('@inmesh/core/observed');
     const { toEndpoint } = require('@inmesh/core/endpoints');
     const seen = [];
     const policy = compose(
       observed((call, { verdict }) => seen.push(verdict.health)),
       keyed(() => toEndpoint('http://a:80').origin, () => (next) => next),
     );
     circuitChannel.publish({});
     const call = wrap(policy, async ({ signal }, value) => [value, signal.aborted]);
     return (async () => [...(await call(7)), ...seen])()`,
    [7, false, 'success'],
  ],
  [
    'timeout',
    `const { isError, run } = require('@inmesh/core');
     const { timeout, TimeoutError } = require('@inmesh/timeout');
     return run(timeout(5), ({ signal }) => new Promise((_, reject) => {
       signal.addEventListener('abort', () => reject(signal.reason));
     })).catch((error) => [error.message, isError(error, TimeoutError)])`,
    ['timed out after 5 ms', true],
  ],
  [
    'retry',
    `const { run } = require('@inmesh/core');
     const { retry } = require('@inmesh/retry');
     const { exponential } = require('@inmesh/core/backoff');
     return run(retry({ attempts: 4, backoff: exponential({ baseMs: 1 }) }), async ({ attempt }) => {
       if (attempt < 3) throw new Error('down');
       return attempt;
     })`,
    3,
  ],
  [
    'circuit-breaker',
    `const { run, wrap } = require('@inmesh/core');
     const { circuitBreaker, consecutiveFailures } = require('@inmesh/circuit-breaker');
     const breaker = circuitBreaker({ trip: consecutiveFailures(2) });
     const call = wrap(breaker, async () => { throw new Error('down'); });
     const codes = async () => {
       const seen = [];
       for (let n = 0; n < 3; n++) await call().catch((error) => seen.push(error.code));
       return seen;
     };
     return codes()`,
    [undefined, undefined, 'ERR_CIRCUIT_OPEN'],
  ],
  [
    'rate-limiter',
    `const { wrap } = require('@inmesh/core');
     const { tokenBucket } = require('@inmesh/rate-limiter');
     const call = wrap(tokenBucket({ ratePerSecond: 0.001, burst: 1 }), async () => 'sent');
     return (async () => [await call(), await call().catch((error) => error.code)])()`,
    ['sent', 'ERR_RATE_LIMITED'],
  ],
  [
    'rate-limiter, keyed',
    `const { wrap } = require('@inmesh/core');
     const { keyedTokenBucket } = require('@inmesh/rate-limiter');
     const perKey = keyedTokenBucket({ key: (call) => call.input[0], ratePerSecond: 0.001, burst: 1 });
     const call = wrap(perKey, async (_, key) => key);
     return (async () => [await call('a'), await call('a').catch((error) => error.key + error.code), await call('b')])()`,
    ['a', 'aERR_RATE_LIMITED', 'b'],
  ],
  [
    'load-balancer',
    `const { endpoint, wrap } = require('@inmesh/core');
     const { loadBalancer } = require('@inmesh/load-balancer');
     const call = wrap(loadBalancer({ endpoints: ['http://a:1'] }), async (view) => view.get(endpoint).origin);
     return call()`,
    'http://a:1',
  ],
];

describe('the built files, in a context that has timers, performance and AbortController alone', () => {
  it.each(paths)('run %s', async (_name, path, result) => {
    const context = createContext({ setTimeout, clearTimeout, performance, AbortController });
    const run = runInContext(`(function (require) {${path}})`, context) as (require: unknown) => Promise<unknown>;

    expect(await run(loader(context))).toEqual(result);
  });

  it('can load nothing of Node', () => {
    const load = loader(createContext({}));

    expect(() => load('node:events')).toThrow('nothing called node:events');
  });
});
