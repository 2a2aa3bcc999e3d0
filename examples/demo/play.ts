import { fork, type ChildProcess } from 'node:child_process';
import { on } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';

import type { ClientReport, ClientSetup, Way } from './client.ts';
import { faults, type Fault } from './faults.ts';
import { Fleet } from './fleet.ts';
import type { MeshEvent } from './mesh-events.ts';
import type { Traffic } from './open-loop.ts';
import type { DemoOptions } from './options.ts';

/** What came of one way. */
export interface Run extends Traffic {
  /** How often a request was sent, retries included. */
  readonly sendings: number;
  /** How many requests each backend got, by its own count. */
  readonly load: ReadonlyMap<string, number>;
  readonly events: readonly MeshEvent[];
}

/** Is told what happens while it happens. */
export interface Audience {
  starting(way: Way): void;
  progress(atMs: number, ended: number, failed: number): void;
  fault(atMs: number, text: string): void;
  done(): void;
}

/** Sends the traffic one way, on backends of its own, while they fail by the schedule. */
export async function play(way: Way, options: DemoOptions, audience: Audience): Promise<Run> {
  audience.starting(way);
  const fleet = await Fleet.start(options);
  const setup: ClientSetup = { way, options, origins: fleet.origins };
  const client = fork(new URL('./client.ts', import.meta.url), [JSON.stringify(setup)]);
  const endClient = () => client.kill('SIGKILL');
  process.on('exit', endClient);
  fleet.onStandsStill = (message) => client.send(message, () => {}); // it may end meanwhile
  const over = new AbortController();
  try {
    return await follow(client, fleet, audience, over.signal, (startedAt) => {
      const script = cause(faults(options.seconds), fleet, startedAt, audience, over.signal);
      script.catch((error: unknown) => over.abort(error));
    });
  } finally {
    over.abort();
    endClient();
    await fleet.end();
    process.off('exit', endClient);
  }
}

/** Listens to the client until its traffic is over; `start` is called when it begins. */
async function follow(
  client: ChildProcess,
  fleet: Fleet,
  audience: Audience,
  signal: AbortSignal,
  start: (startedAt: number) => void,
): Promise<Run> {
  const events: MeshEvent[] = [];
  let startedAt = 0;
  for await (const [message] of on(client, 'message', { close: ['exit'], signal })) {
    const report = message as ClientReport; // the client sends nothing else
    if (report.kind === 'ready') {
      startedAt = performance.now();
      fleet.countAnew();
      client.send({ start: true });
      start(startedAt);
    } else if (report.kind === 'progress') {
      audience.progress(performance.now() - startedAt, report.ended, report.failed);
    } else if (report.kind === 'mesh') {
      events.push({ ...report.event, origin: fleet.nameOf(report.event.origin) });
    } else {
      const { results, latestStartMs, sendings } = report;
      return { results, latestStartMs, sendings, load: fleet.load, events };
    }
  }
  throw new Error('the client ended before its traffic');
}

/** Lets each fault begin and end at its time. */
async function cause(
  schedule: readonly Fault[],
  fleet: Fleet,
  startedAt: number,
  audience: Audience,
  signal: AbortSignal,
): Promise<void> {
  const since = () => performance.now() - startedAt;
  const until = (at: number) => wait(at - since(), undefined, { signal });
  await Promise.all(
    schedule.map(async (fault) => {
      await until(fault.from);
      fault.begin(fleet);
      audience.fault(since(), `${fault.label}: begins`);
      await until(fault.to);
      audience.fault(since(), `${fault.label}: ends`);
      await fault.end(fleet);
    }),
  );
}
