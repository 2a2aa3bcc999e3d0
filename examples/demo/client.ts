// The client, a process of its own: sends the traffic one way, tells how the calls ended, and shows its metrics.
import { compose } from '@inmesh/core';
import { wrapFetch } from '@inmesh/fetch';
import { createRegistry } from '@inmesh/metrics';

import { endWithParent } from './leash.ts';
import { meshFetch } from './mesh.ts';
import { watchMesh, type MeshEvent } from './mesh-events.ts';
import { Meters, type CallResult, type Summary } from './meters.ts';
import { sendAll } from './open-loop.ts';
import type { DemoOptions } from './options.ts';
import { plainFetch, type Ask } from './plain.ts';
import { Seconds } from './seconds.ts';
import { serveMetrics } from './serve-metrics.ts';
import { serviceNames, type Origins } from './services.ts';
import { traffic } from './traffic.ts';

/** The ways to send: plain fetch, inmesh, and inmesh's `compose()` with no policy in it. */
export type Way = 'plain' | 'inmesh' | 'none';

/** What the client is started with. */
export interface ClientSetup {
  readonly way: Way;
  readonly options: DemoOptions;
  readonly origins: Origins;
}

/** What it is told to do: send the traffic once, or show its metrics from now on. */
export interface ClientOrder {
  readonly order: 'send' | 'serve';
}

/** What it tells: that it can begin, how the calls go, what the mesh saw, how all calls ended, where its metrics are. */
export type ClientReport =
  | { readonly kind: 'ready' }
  | { readonly kind: 'progress'; readonly ended: number; readonly failed: number }
  | { readonly kind: 'mesh'; readonly event: MeshEvent }
  | { readonly kind: 'sent'; readonly summary: Summary; readonly failureShares: readonly number[] }
  | { readonly kind: 'serves'; readonly address: string };

endWithParent();
const { way, options, origins } = JSON.parse(process.argv[2] ?? '') as ClientSetup;
const registry = createRegistry();
const meters = new Meters(registry);

const ways: Record<Way, () => Ask> = {
  plain: () => plainFetch(origins, counted(fetch)),
  inmesh: () => meshFetch(origins, registry, () => meters.sent()),
  none: () => plainFetch(origins, counted(wrapFetch(compose()))),
};
const ask = ways[way]();

function counted(send: typeof fetch): typeof fetch {
  return (...request) => {
    meters.sent();
    return send(...request);
  };
}

function report(message: ClientReport): void {
  process.send?.(message);
}

process.on('message', (message: Partial<ClientOrder>) => {
  if (message.order === 'send') void sendTraffic();
  else if (message.order === 'serve')
    void serveMetrics(registry).then((address) => report({ kind: 'serves', address }));
});
await warmUp();
meters.forgetRequests();
report({ kind: 'ready' });

async function sendTraffic(): Promise<void> {
  const seconds = new Seconds(options.seconds);
  const stopWatching = watchMesh((event) => report({ kind: 'mesh', event }));
  const progress = setInterval(() => report({ kind: 'progress', ended: meters.calls, failed: meters.failed }), 200);
  await sendAll(traffic(options), ask, {
    started: (lateMs) => meters.started(lateMs),
    ended: (result: CallResult) => {
      meters.ended(result);
      seconds.ended(result);
    },
  });
  clearInterval(progress);
  stopWatching();
  report({ kind: 'sent', summary: meters.summary, failureShares: seconds.failureShares });
}

/** The first calls of a process pay for loading and compiling: that is no part of the race. */
async function warmUp(): Promise<void> {
  for (let round = 0; round < 30; round++) {
    for (const service of serviceNames) {
      const response = await ask(service, round);
      await response.arrayBuffer();
    }
  }
}
