// The client, a process of its own: sends the traffic one way and tells how the calls ended.
import { once } from 'node:events';

import { compose } from '@inmesh/core';
import { wrapFetch } from '@inmesh/fetch';

import { endWithParent } from './leash.ts';
import { meshFetch } from './mesh.ts';
import { watchMesh, type MeshEvent } from './mesh-events.ts';
import { sendAll, type Traffic } from './open-loop.ts';
import type { DemoOptions } from './options.ts';
import { plainFetch, type Ask } from './plain.ts';
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

/** What it tells: that it can begin, how the last calls ended, what the mesh saw, and at the end all of it. */
export type ClientReport =
  | { readonly kind: 'ready' }
  | { readonly kind: 'progress'; readonly ended: number; readonly failed: number }
  | { readonly kind: 'mesh'; readonly event: MeshEvent }
  | ({ readonly kind: 'end'; readonly sendings: number } & Traffic);

endWithParent();
const { way, options, origins } = JSON.parse(process.argv[2] ?? '') as ClientSetup;

let sendings = 0;
const ways: Record<Way, () => Ask> = {
  plain: () => plainFetch(origins, counted(fetch)),
  inmesh: () => meshFetch(origins, () => sendings++),
  none: () => plainFetch(origins, counted(wrapFetch(compose()))),
};
const ask = ways[way]();

function counted(send: typeof fetch): typeof fetch {
  return (...request) => {
    sendings++;
    return send(...request);
  };
}

function report(message: ClientReport): void {
  process.send?.(message);
}

await warmUp();
report({ kind: 'ready' });
await once(process, 'message'); // the word to start
sendings = 0;
watchMesh((event) => report({ kind: 'mesh', event }));

let ended = 0;
let failed = 0;
const progress = setInterval(() => report({ kind: 'progress', ended, failed }), 200);
const outcome = await sendAll(traffic(options), ask, ({ failure }) => {
  ended++;
  if (failure !== undefined) failed++;
});
clearInterval(progress);
report({ kind: 'end', sendings, ...outcome });

/** The first calls of a process pay for loading and compiling: that is no part of the race. */
async function warmUp(): Promise<void> {
  for (let round = 0; round < 30; round++) {
    for (const service of serviceNames) {
      const response = await ask(service, round);
      await response.arrayBuffer();
    }
  }
}
