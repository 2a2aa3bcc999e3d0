// Ends one call in the way that its argument says under each policy in turn, over a real server, and prints as JSON what
// is left: seen from outside, as those who run the process would see it.
import { getEventListeners, once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

import { circuitBreaker, consecutiveFailures } from '@inmesh/circuit-breaker';
import { compose, FAILURE, systemClock, type Policy } from '@inmesh/core';
import { observed } from '@inmesh/core/observed';
import { wrapFetch } from '@inmesh/fetch';
import { loadBalancer } from '@inmesh/load-balancer';
import { tokenBucket } from '@inmesh/rate-limiter';
import { retry } from '@inmesh/retry';
import { timeout } from '@inmesh/timeout';
import { Agent } from 'undici';

/** What the test reads of one call. */
export interface Left {
  readonly policy: string;
  /** How the call ended. */
  readonly ended: string;
  /** Listeners on the caller's signal. */
  readonly listeners: number;
  /** What the policy counts as not over, by itself. */
  readonly held: number;
  /** Connections that the server still has when the client has closed those that are free. */
  readonly sockets: number;
  /** What keeps the process alive beside what did before. */
  readonly resources: readonly string[];
}

interface Subject {
  readonly policy: Policy;
  readonly held: () => number;
}

const answers: Readonly<Record<string, RequestListener>> = {
  '/small': (_, response) => response.end('hello'),
  '/large': (_, response) => response.end('x'.repeat(1_000_000)),
  '/busy': (_, response) => response.writeHead(503).end('x'.repeat(200_000)),
  '/reset': (request) => request.socket.destroy(),
  '/silent': () => {},
  '/stalled': (_, response) => response.writeHead(200).write('x'.repeat(100_000)),
};
const server = createServer((request, response) => answers[request.url ?? '']?.(request, response));
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const connections = (): Promise<number> =>
  new Promise((resolve) => {
    server.getConnections((_, count) => resolve(count));
  });

const none = (): number => 0;
const subjects: Readonly<Record<string, () => Subject>> = {
  nothing: () => ({ policy: compose(), held: none }),
  'timeout of the body': () => ({ policy: timeout(60_000), held: none }),
  'timeout of the head': () => ({ policy: timeout(60_000, { until: 'head' }), held: none }),
  retry: () => ({ policy: retry({ attempts: 2, backoff: () => 1 }), held: none }),
  'half-open breaker': probing,
  'bucket with a queue': () => {
    const policy = tokenBucket({ ratePerSecond: 200, burst: 1, maxQueue: 1 });
    policy.tryAcquire();
    return { policy, held: () => policy.waiting };
  },
  balancer: () => {
    const policy = loadBalancer({ endpoints: [origin] });
    return { policy, held: () => policy.endpoints.reduce((sum, { inFlight }) => sum + inFlight, 0) };
  },
  observed: () => {
    let begun = 0;
    let over = 0;
    const counted: Policy = (next) => (call) => {
      begun++;
      return next(call);
    };
    return {
      policy: compose(
        observed(() => void over++),
        counted,
      ),
      held: () => begun - over,
    };
  },
};

/** Its circuit was opened and its time is up, so that every call is a probe. */
function probing(): Subject {
  let ahead = 0;
  const clock = { ...systemClock, now: () => systemClock.now() + ahead };
  const policy = circuitBreaker({ trip: consecutiveFailures(1), halfOpen: 2, openForMs: 60_000, clock });
  policy.tryAcquire()?.release(FAILURE);
  ahead = 60_000;
  return { policy, held: () => policy.counts.probes };
}

type Api = typeof fetch;

/** How a call ends: under the policy, or under what is put around or inside it. */
interface Exit {
  readonly path: string;
  readonly around?: () => Policy;
  readonly inside?: () => Policy;
  use(api: Api, url: string, controller: AbortController): Promise<unknown>;
}

const read = async (api: Api, url: string, { signal }: AbortController): Promise<string> =>
  (await api(url, { signal })).text();

const exits: Readonly<Record<string, Exit>> = {
  success: { path: '/small', use: read },
  failure: { path: '/reset', use: read },
  'failed answer': { path: '/busy', use: read },
  timeout: { path: '/silent', around: () => timeout(50), use: read },
  'timeout in the body': { path: '/stalled', around: () => timeout(100), use: read },
  abort: {
    path: '/silent',
    async use(api, url, controller) {
      const result = api(url, { signal: controller.signal });
      result.catch(() => {});
      await once(server, 'request');
      controller.abort(new Error('gone'));
      return result;
    },
  },
  'abort in the body': {
    path: '/stalled',
    async use(api, url, controller) {
      const response = await api(url, { signal: controller.signal });
      controller.abort(new Error('gone'));
      return response.text();
    },
  },
  refusal: { path: '/small', inside: exhausted, use: read },
  'cancelled body': {
    path: '/stalled',
    use: async (api, url, { signal }) => (await api(url, { signal })).body?.cancel(),
  },
  'unread body': {
    path: '/large',
    use: async (api, url, { signal }) => void (await api(url, { signal })),
  },
};

function exhausted(): Policy {
  const bucket = tokenBucket({ ratePerSecond: 0.001, burst: 1 });
  bucket.tryAcquire();
  return bucket;
}

/** Collects what can be collected, until the condition holds or, after seconds, is not going to. */
async function collect(until: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 200 && !(await until()); turn++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** What is in the one list and not in the other, as often as it is. */
function beyond(list: readonly string[], before: readonly string[]): string[] {
  const rest = [...before];
  return list.filter((each) => {
    const index = rest.indexOf(each);
    if (index >= 0) rest.splice(index, 1);
    return index < 0;
  });
}

async function leftBy(name: string, make: () => Subject, exit: Exit): Promise<Left> {
  const before = process.getActiveResourcesInfo();
  const agent = new Agent();
  const controller = new AbortController();
  const { policy, held } = make();
  const layers = [exit.around?.(), policy, exit.inside?.()].filter((each) => each !== undefined);
  const api = wrapFetch(compose(...layers), { dispatcher: agent });
  const ended = await exit.use(api, `${origin}${exit.path}`, controller).then(
    () => 'well',
    (error: unknown) => (error instanceof Error ? `${error.name}: ${error.message}` : String(error)),
  );
  const listeners = (): number => getEventListeners(controller.signal, 'abort').length; // fetch's own go by collection
  await collect(() => listeners() === 0 && held() === 0);
  void agent.close(); // what is free; the rest stays
  await collect(async () => (await connections()) === 0);
  const resources = beyond(process.getActiveResourcesInfo(), before);
  return { policy: name, ended, listeners: listeners(), held: held(), sockets: await connections(), resources };
}

const exit = exits[process.argv[2] ?? ''];
if (exit === undefined) throw new RangeError(`no such exit: ${process.argv[2]}`);
const left: Left[] = [];
for (const [name, make] of Object.entries(subjects)) left.push(await leftBy(name, make, exit));
console.log(JSON.stringify(left));
process.exit();
