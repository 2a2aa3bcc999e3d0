import { fork, type ChildProcess } from 'node:child_process';
import { on } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';

import type { ClientOrder, ClientReport, ClientSetup, Way } from './client.ts';
import { faults, type Fault } from './faults.ts';
import { Fleet } from './fleet.ts';
import type { MeshEvent } from './mesh-events.ts';
import type { Summary } from './meters.ts';
import type { DemoOptions } from './options.ts';

/** What came of one way. */
export interface Run {
  readonly summary: Summary;
  /** The share of failed calls, second by second. */
  readonly failureShares: readonly number[];
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

/** One way to send, and backends of its own. */
export class Play {
  readonly #options: DemoOptions;
  readonly #audience: Audience;
  readonly #fleet: Fleet;
  readonly #client: ChildProcess;
  readonly #endClient = (): void => {
    this.#client.kill('SIGKILL');
  };

  /** Starts all processes, and gives it when the client is ready. */
  static async prepare(way: Way, options: DemoOptions, audience: Audience): Promise<Play> {
    audience.starting(way);
    const play = new Play(way, options, audience, await Fleet.start(options));
    await play.#told('ready');
    return play;
  }

  constructor(way: Way, options: DemoOptions, audience: Audience, fleet: Fleet) {
    const setup: ClientSetup = { way, options, origins: fleet.origins };
    this.#options = options;
    this.#audience = audience;
    this.#fleet = fleet;
    this.#client = fork(new URL('./client.ts', import.meta.url), [JSON.stringify(setup)]);
    process.on('exit', this.#endClient);
    fleet.onStandsStill = (message) => this.#client.send(message, () => {}); // it may end meanwhile
  }

  /** Where each backend listens. */
  get addresses(): ReadonlyMap<string, string> {
    return this.#fleet.addresses;
  }

  /** Sends the traffic once, while the backends fail by the schedule. The client counts on from the time before. */
  async once(): Promise<Run> {
    const events: MeshEvent[] = [];
    const over = new AbortController();
    const startedAt = performance.now();
    this.#fleet.countAnew();
    const sent = this.#told('sent', over.signal, (report) => {
      if (report.kind === 'progress')
        this.#audience.progress(performance.now() - startedAt, report.ended, report.failed);
      else if (report.kind === 'mesh')
        events.push({ ...report.event, origin: this.#fleet.nameOf(report.event.origin) });
    });
    this.#order('send');
    cause(faults(this.#options.seconds), this.#fleet, startedAt, this.#audience, over.signal).catch((error: unknown) =>
      over.abort(error),
    );
    try {
      const { summary, failureShares } = await sent;
      return { summary, failureShares, load: this.#fleet.load, events };
    } finally {
      over.abort();
    }
  }

  /** Shows the client's metrics from now on, and gives the address. */
  async serveMetrics(): Promise<string> {
    const serves = this.#told('serves');
    this.#order('serve');
    return (await serves).address;
  }

  /** Ends all processes. */
  async end(): Promise<void> {
    this.#endClient();
    await this.#fleet.end();
    process.off('exit', this.#endClient);
  }

  #order(order: ClientOrder['order']): void {
    this.#client.send({ order } satisfies ClientOrder);
  }

  /** Waits until the client tells a thing; what it tells besides goes to `meanwhile`. */
  async #told<K extends ClientReport['kind']>(
    kind: K,
    signal?: AbortSignal,
    meanwhile: (report: ClientReport) => void = () => {},
  ): Promise<Extract<ClientReport, { kind: K }>> {
    for await (const [message] of on(this.#client, 'message', { close: ['exit'], ...(signal && { signal }) })) {
      const report = message as ClientReport; // the client sends nothing else
      if (report.kind === kind) return report as Extract<ClientReport, { kind: K }>; // of the kind just compared
      meanwhile(report);
    }
    throw new Error(`the client ended before its report "${kind}"`);
  }
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
