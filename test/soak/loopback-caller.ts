import { drawn } from './tally.ts';

/** How often the servers are asked for what. */
const paths = {
  '/mixed': 500,
  '/well': 250,
  '/large': 60,
  '/echo': 60,
  '/slow': 30,
  '/missing': 20,
  '/closes': 10,
  '/busy': 10,
  '/busy-for-long': 5,
  '/too-many': 5,
  '/late': 5,
  '/reset-before': 5,
  '/reset-after': 5,
  '/ends-before': 5,
  '/half': 5,
  '/hangs': 5,
  '/hangs-after-head': 5,
  '/drips': 5,
};

/** One request of a caller who may lose patience. */
export interface Asking {
  readonly path: string;
  readonly init: RequestInit;
  /** The timer of its patience. */
  readonly abort: NodeJS.Timeout | undefined;
}

export function request(random: () => number): Asking {
  const path = drawn(paths, random);
  const init: RequestInit = {};
  if (path === '/echo') Object.assign(init, { method: random() < 0.5 ? 'POST' : 'PUT', ...body(random) });
  if (random() < 0.85) return { path, init, abort: undefined };
  const controller = new AbortController();
  init.signal = controller.signal;
  if (random() < 0.5) return { path, init, abort: undefined };
  const abort = setTimeout(() => controller.abort(), random() < 0.5 ? random() * 10 : random() * 300);
  return { path, init, abort };
}

/** Text, or a stream that can be read once. */
function body(random: () => number): RequestInit {
  const text = 'x'.repeat(1 + Math.floor(random() * 20_000));
  if (random() < 0.7) return { body: text };
  return { body: new Blob([text]).stream(), duplex: 'half' } as RequestInit; // Node's types do not know of duplex
}

/** Reads the body to its end, in part, or not at all. Rejects as reading does. */
export async function read(response: Response, random: () => number): Promise<string> {
  const draw = random();
  if (draw < 0.8) {
    await response.arrayBuffer();
    return 'read';
  }
  if (draw < 0.85) return 'left unread';
  if (draw < 0.9) {
    await response.body?.cancel();
    return 'cancelled';
  }
  const reader = response.body?.getReader();
  await reader?.read();
  if (draw < 0.95) {
    await reader?.cancel();
    return 'cancelled after a part';
  }
  reader?.releaseLock();
  return 'left after a part';
}
