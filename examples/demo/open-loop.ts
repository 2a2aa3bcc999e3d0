import { setTimeout as wait } from 'node:timers/promises';

import type { CallResult } from './meters.ts';
import type { Ask } from './plain.ts';
import { totalTimeoutMs } from './services.ts';
import type { Arrival } from './traffic.ts';

/** Hears of every call twice. */
export interface Listener {
  /** It starts, so many ms after its time. */
  started(lateMs: number): void;
  ended(result: CallResult): void;
}

/** Starts each call at its time, whatever is pending, and tells how each ended, also of one that does not end. */
export async function sendAll(arrivals: readonly Arrival[], ask: Ask, listener: Listener): Promise<void> {
  const startedAt = performance.now();
  const pending = new Set<Arrival>();
  const ends: Promise<void>[] = [];
  for (const arrival of arrivals) {
    const dueAt = startedAt + arrival.at;
    while (performance.now() < dueAt) await wait(dueAt - performance.now());
    listener.started(performance.now() - dueAt);
    pending.add(arrival);
    ends.push(
      resultOf(ask, arrival, dueAt).then((result) => {
        if (pending.delete(arrival)) listener.ended(result);
      }),
    );
  }
  await Promise.race([Promise.all(ends), wait(totalTimeoutMs + 100)]);
  for (const { at } of pending) listener.ended(failed(at, 'unfinished'));
  pending.clear();
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
