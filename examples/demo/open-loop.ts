import { setTimeout as wait } from 'node:timers/promises';

import type { Ask } from './plain.ts';
import { totalTimeoutMs } from './services.ts';
import type { Arrival } from './traffic.ts';

/** How one call ended. */
export interface CallResult {
  /** When it was to start, in ms since the start. */
  readonly at: number;
  /** From then to the end of the right answer; of a failed or unfinished call the total timeout. In ms. */
  readonly latencyMs: number;
  /** What went wrong; `undefined` if it got the right answer. */
  readonly failure?: string | undefined;
}

/** What came of all calls. */
export interface Traffic {
  readonly results: readonly CallResult[];
  /** How late the client itself was at worst in starting a call, in ms: much of it means that the machine was busy. */
  readonly latestStartMs: number;
}

/** Starts each call at its time, whatever is pending, and gives how each ended; `onEnd` hears of each at once. */
export async function sendAll(
  arrivals: readonly Arrival[],
  ask: Ask,
  onEnd: (result: CallResult) => void,
): Promise<Traffic> {
  const startedAt = performance.now();
  let latestStartMs = 0;
  const results = arrivals.map(({ at }) => failed(at, 'unfinished'));
  const pending: Promise<void>[] = [];
  for (const [index, arrival] of arrivals.entries()) {
    const dueAt = startedAt + arrival.at;
    while (performance.now() < dueAt) await wait(dueAt - performance.now());
    latestStartMs = Math.max(latestStartMs, performance.now() - dueAt);
    pending.push(
      resultOf(ask, arrival, dueAt).then((result) => {
        results[index] = result;
        onEnd(result);
      }),
    );
  }
  await Promise.race([Promise.all(pending), wait(totalTimeoutMs + 100)]);
  return { results, latestStartMs };
}

async function resultOf(ask: Ask, { at, service, item }: Arrival, dueAt: number): Promise<CallResult> {
  try {
    const response = await ask(service, item);
    const body = await response.text();
    const latencyMs = performance.now() - dueAt;
    if (response.status !== 200) return failed(at, `HTTP ${response.status}`);
    if (body !== JSON.stringify({ service, item })) return failed(at, 'wrong body');
    return latencyMs > totalTimeoutMs ? failed(at, 'TimeoutError') : { at, latencyMs };
  } catch (error) {
    return failed(at, nameOf(error));
  }
}

function failed(at: number, failure: string): CallResult {
  return { at, latencyMs: totalTimeoutMs, failure };
}

/** The code of an error or of its cause, else its name. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return error.name; // ours and the platform's
  if (error.cause instanceof Error) return nameOf(error.cause);
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
