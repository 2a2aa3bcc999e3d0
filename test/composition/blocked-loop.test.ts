import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer, connect, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';

import { circuitBreaker, failureRatio, slowCallRatio } from '@inmesh/circuit-breaker';
import { circuitChannel, compose, wrap } from '@inmesh/core';
import { wrapFetch } from '@inmesh/fetch';
import { timeout } from '@inmesh/timeout';
import { describe, expect, it, onTestFinished } from 'vitest';

const CALLS = 200;
const BLOCKED_MS = 3_000;
const serverFile = fileURLToPath(new URL('blocked-loop.server.ts', import.meta.url));

interface Remote {
  readonly url: string;
  /** The next calls of ours, all of them, have come in there. */
  readonly allIn: () => Promise<unknown>;
}

/** Runs `act` with a server in a process of its own, so that it goes on while our loop stands still. */
async function withServer<T>(bodyBytes: number, act: (remote: Remote) => Promise<T>): Promise<T> {
  const server = fork(serverFile, [String(bodyBytes), String(CALLS)], { execArgv: ['--import', 'tsx'] });
  try {
    const [port] = (await once(server, 'message')) as [number];
    const url = `http://127.0.0.1:${port}`;
    await Promise.all(Array.from({ length: CALLS }, async () => (await fetch(url)).arrayBuffer())); // opens the connections
    return await act({ url, allIn: () => once(server, 'message') });
  } finally {
    server.disconnect();
    await once(server, 'exit');
  }
}

/** Stands still for `ms` in a callback of input and output, where a timer that is due comes before what has arrived. */
type Block = (ms: number) => Promise<void>;

async function blocker(): Promise<Block> {
  const server = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1'); // a TCP server, so its address is no string
  await once(socket, 'connect');
  return async (ms) => {
    socket.write('now');
    await new Promise<void>((resolve) => {
      socket.once('data', () => {
        const until = performance.now() + ms;
        while (performance.now() < until);
        resolve();
      });
    });
    socket.destroy();
    server.close();
  };
}

describe('timeout in a blocked event loop', () => {
  it.each([[100], [200_000]])(
    'lets no call time out whose answer of %i bytes came meanwhile',
    async (bodyBytes) => {
      const outcomes = await withServer(bodyBytes, async ({ url }) => {
        const block = await blocker();
        const download = wrap(timeout(300), async ({ signal }) => {
          const response = await fetch(url, { signal });
          return (await response.arrayBuffer()).byteLength;
        });
        const downloads = Array.from({ length: CALLS }, () => download());
        await block(BLOCKED_MS);
        return Promise.allSettled(downloads);
      });

      const failures = outcomes.filter(({ status }) => status === 'rejected');
      expect(failures).toEqual([]);
      expect(outcomes).toHaveLength(CALLS);
    },
    30_000,
  );
});

describe('circuitBreaker in a blocked event loop', () => {
  it.each([[100], [200_000]])(
    'finds no call failed or slow whose answer of %i bytes came meanwhile',
    async (bodyBytes) => {
      const changes: string[] = [];
      onTestFinished(circuitChannel.subscribe(({ reason }) => void changes.push(reason)));
      // One call in a hundred that failed or was slow would open it.
      const few = { ratio: 0.01, minimumCalls: CALLS / 2, windowMs: 60_000 };
      const breaker = circuitBreaker({ trip: [failureRatio(few), slowCallRatio({ slowMs: 1_000, ...few })] });
      const api = wrapFetch(compose(breaker, timeout(1_000)));
      const tookMs = await withServer(bodyBytes, async ({ url, allIn }) => {
        const download = async (): Promise<number> => {
          const begunAt = performance.now();
          const response = await api(url);
          const { byteLength } = await response.arrayBuffer();
          expect(byteLength).toBe(bodyBytes);
          return performance.now() - begunAt;
        };
        const block = await blocker();
        const sent = allIn();
        const downloads = Promise.all(Array.from({ length: CALLS }, download));
        await sent;
        await block(BLOCKED_MS);
        return downloads;
      });

      expect(Math.min(...tookMs)).toBeGreaterThan(BLOCKED_MS / 2); // by the clock on the wall they were slow
      expect(changes).toEqual([]);
      expect(breaker.state).toBe('closed');
      expect(breaker.counts).toMatchObject({ successes: CALLS, failures: 0, ignored: 0, refused: 0 });
    },
    30_000,
  );
});
