import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer, connect, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';

import { wrap } from '@inmesh/core';
import { timeout } from '@inmesh/timeout';
import { describe, expect, it } from 'vitest';

const CALLS = 200;
const serverFile = fileURLToPath(new URL('blocked-loop.server.ts', import.meta.url));

/** Runs `act` with the port of a server in a process of its own, so that it goes on while our loop stands still. */
async function withServer<T>(bodyBytes: number, act: (port: number) => Promise<T>): Promise<T> {
  const server = fork(serverFile, [String(bodyBytes)], { execArgv: ['--import', 'tsx'] });
  try {
    const [port] = (await once(server, 'message')) as [number];
    return await act(port);
  } finally {
    server.disconnect();
    await once(server, 'exit');
  }
}

/** Stands still for `ms` in a callback of input and output, where a timer that is due comes before what has arrived. */
async function blockInCallback(ms: number): Promise<void> {
  const server = createServer((socket) => socket.end('now')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  await new Promise<void>((resolve) => {
    socket.once('data', () => {
      const until = performance.now() + ms;
      while (performance.now() < until);
      resolve();
    });
  });
  socket.destroy();
  server.close();
}

describe('timeout in a blocked event loop', () => {
  it.each([[100], [200_000]])(
    'lets no call time out whose answer of %i bytes came meanwhile',
    async (bodyBytes) => {
      const outcomes = await withServer(bodyBytes, async (port) => {
        const download = wrap(timeout(300), async ({ signal }) => {
          const response = await fetch(`http://127.0.0.1:${port}`, { signal });
          return (await response.arrayBuffer()).byteLength;
        });
        await Promise.allSettled(Array.from({ length: CALLS }, () => download())); // opens the connections
        const downloads = Array.from({ length: CALLS }, () => download());
        await blockInCallback(3_000);
        return Promise.allSettled(downloads);
      });

      const failures = outcomes.filter(({ status }) => status === 'rejected');
      expect(failures).toEqual([]);
      expect(outcomes).toHaveLength(CALLS);
    },
    30_000,
  );
});
