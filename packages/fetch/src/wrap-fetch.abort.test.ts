import { compose, type AbortSink, type Policy } from '@inmesh/core';
import { TimeoutError, timeout } from '@inmesh/timeout';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Agent } from 'undici';

import { serve, watched } from '../test-servers.ts';
import { wrapFetch } from './wrap-fetch.ts';

/** A policy whose calls can be aborted by hand, as a hedge aborts the one that lost. */
function abortable(): Policy & { abort(reason: unknown): void } {
  let fork: AbortSink | undefined;
  const policy: Policy = (next) => (call) => {
    const forked = call.fork();
    fork = forked;
    return next(forked);
  };
  return Object.assign(policy, { abort: (reason: unknown) => fork?.abort(reason) });
}

const silent = (): void => {};
const REASONS = [
  new Error('enough'),
  new DOMException('stop', 'AbortError'),
  'enough',
  7,
  0,
  null,
  undefined,
  { why: 'so' },
];

describe('wrapFetch and aborts', () => {
  it.each(REASONS)('takes a request off the wire and rejects with the reason: %o', async (reason) => {
    const server = await serve(silent);
    const hand = abortable();
    const result = wrapFetch(hand)(`${server.origin}/`);
    await server.seen(1);
    hand.abort(reason);
    await expect(result).rejects.toBe(reason);
    await server.closed(1);
  });

  it.each(REASONS)('ends one that waits for a connection, which is not sent: %o', async (reason) => {
    const server = await serve((request, response) => {
      if (request.url !== '/first') response.end(request.url);
    });
    const agent = new Agent({ connections: 1 });
    onTestFinished(() => agent.destroy());
    const first = abortable();
    const queued = abortable();
    const waiting = wrapFetch(first, { dispatcher: agent })(`${server.origin}/first`);
    await server.seen(1);
    const result = wrapFetch(queued, { dispatcher: agent })(`${server.origin}/queued`);
    const third = wrapFetch((next) => next, { dispatcher: agent })(`${server.origin}/third`);
    await new Promise(setImmediate); // until both are in the queue
    queued.abort(reason);
    await expect(result).rejects.toBe(reason);
    first.abort('make room');
    await expect(waiting).rejects.toBe('make room');
    expect(await (await third).text()).toBe('/third');
    expect(server.requests.map(({ url }) => url)).toEqual(['/first', '/third']);
  });

  it('is over before it began when the call was aborted already', async () => {
    const server = await serve(silent);
    const doomed: Policy = (next) => (call) => {
      const fork = call.fork();
      fork.abort('too late');
      return next(fork);
    };
    await expect(wrapFetch(doomed)(`${server.origin}/`)).rejects.toBe('too late');
    expect(server.requests).toHaveLength(0);
  });

  it('reaches a request between two redirects', async () => {
    const hand = abortable();
    const server = await serve((_request, response) => {
      response.writeHead(302, { location: '/next' }).end();
      hand.abort('enough'); // the redirect arrives after it
    });
    await expect(wrapFetch(hand)(`${server.origin}/`)).rejects.toBe('enough');
    expect(server.requests).toHaveLength(1);
  });

  it('reaches a request that a redirect led to', async () => {
    const hand = abortable();
    const server = await serve((request, response) => {
      if (request.url === '/') response.writeHead(302, { location: '/next' }).end();
    });
    const result = wrapFetch(hand)(`${server.origin}/`);
    await server.seen(2);
    hand.abort('enough');
    await expect(result).rejects.toBe('enough');
    await server.closed(1);
  });

  it("rejects with the caller's reason, before the head and in the body, as fetch does", async () => {
    const server = await serve((request, response) => {
      if (request.url === '/body') response.writeHead(200).write('x'.repeat(100_000));
    });
    const api = wrapFetch(timeout(10_000));
    const early = new AbortController();
    const result = api(`${server.origin}/head`, { signal: early.signal });
    await server.seen(1);
    early.abort('changed my mind');
    await expect(result).rejects.toBe('changed my mind');
    const late = new AbortController();
    const response = await api(new Request(`${server.origin}/body`, { signal: late.signal }));
    const text = response.text();
    late.abort(new Error('changed my mind'));
    await expect(text).rejects.toThrow('changed my mind');
    await server.closed(2);
  });

  it('sends nothing for a signal that is aborted already', async () => {
    const server = await serve(silent);
    const api = wrapFetch(timeout(10_000));
    await expect(api(`${server.origin}/`, { signal: AbortSignal.abort('gone') })).rejects.toBe('gone');
    expect(server.requests).toHaveLength(0);
  });

  it('ends the wait of a policy by the signal of the caller', async () => {
    const waiting: Policy = () => (call) =>
      new Promise((_, reject) => {
        call.onAbort({ abort: reject });
      });
    const controller = new AbortController();
    const result = wrapFetch(waiting)('http://catalog.example/', { signal: controller.signal });
    controller.abort('gone');
    await expect(result).rejects.toBe('gone');
  });

  it('rejects with a limit of ours when the head does not come', async () => {
    const server = await serve(silent);
    const calls = watched();
    const api = wrapFetch(
      compose(timeout(60_000, { name: 'outer' }), calls, timeout(30, { until: 'head', name: 'inner' })),
    );
    await expect(api(`${server.origin}/`)).rejects.toMatchObject({ code: 'ERR_TIMEOUT', policy: 'inner', limitMs: 30 });
    await server.closed(1);
    expect(calls.overs).toEqual([]);
  });

  it('bounds a body that drips', async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200);
      const dripping = setInterval(() => response.write('.'), 5);
      response.once('close', () => clearInterval(dripping));
    });
    const response = await wrapFetch(timeout(500))(`${server.origin}/`);
    await expect(response.text()).rejects.toMatchObject({ message: 'terminated', cause: expect.any(TimeoutError) });
    await server.closed(1);
  });

  it('listens once to a signal of many calls', async () => {
    const warnings: Error[] = [];
    const warned = (warning: Error): void => void warnings.push(warning);
    process.on('warning', warned);
    onTestFinished(() => void process.off('warning', warned));
    const server = await serve((_request, response) => response.end('hello'));
    const { signal } = new AbortController();
    const api = wrapFetch(compose(timeout(5_000), timeout(4_000, { until: 'head' })));
    const responses = await Promise.all(Array.from({ length: 30 }, () => api(`${server.origin}/`, { signal })));
    await Promise.all(responses.map((response) => response.text()));
    await new Promise(setImmediate);
    expect(warnings.filter(({ name }) => name === 'MaxListenersExceededWarning')).toEqual([]);
  });

  it('makes no signal of its own', async () => {
    const server = await serve((_request, response) => response.end('hello'));
    const Made = globalThis.AbortController;
    let made = 0;
    class Counted extends Made {
      constructor() {
        super();
        made++;
      }
    }
    const controllers = async (api: typeof fetch): Promise<number> => {
      made = 0;
      globalThis.AbortController = Counted;
      try {
        await (await api(`${server.origin}/`)).text();
      } finally {
        globalThis.AbortController = Made;
      }
      return made;
    };
    const ours = await controllers(wrapFetch(compose(timeout(1_000), timeout(500, { until: 'head' }))));
    expect(ours).toBe(await controllers(fetch));
  });
});
