import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

import type { BackendReport, BackendSetup, Mood } from './backend.ts';
import type { StandsStill } from './leash.ts';
import type { DemoOptions } from './options.ts';
import { serviceNames, services, type Origins, type Service } from './services.ts';

/** One backend: its process of the moment, its port, and what it told. */
class Backend {
  readonly service: Service;
  readonly #seed: number;
  readonly #requestsPerSecond: number;
  #port = 0;
  #process: ChildProcess | undefined;
  #mayEnd = false;
  requests = 0;

  constructor(service: Service, seed: number, requestsPerSecond: number) {
    this.service = service;
    this.#seed = seed;
    this.#requestsPerSecond = requestsPerSecond;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Starts it, on the port it had. Resolves when it listens. */
  start(): Promise<void> {
    const setup: BackendSetup = {
      service: this.service,
      port: this.#port,
      seed: this.#seed,
      requestsPerSecond: this.#requestsPerSecond,
    };
    const child = (this.#process = fork(new URL('./backend.ts', import.meta.url), [JSON.stringify(setup)]));
    return new Promise((resolve, reject) => {
      child.on('message', (report: BackendReport) => {
        if ('gotRequest' in report) this.requests++;
        else {
          this.#port = report.listensOn;
          resolve();
        }
      });
      child.on('exit', (code, signal) => {
        if (!this.#mayEnd) reject(new Error(`a backend of ${this.service} ended: ${signal ?? code}`));
      });
    });
  }

  tell(message: Mood | StandsStill): void {
    if (this.#process?.connected === true) this.#process.send(message, () => {}); // it may end meanwhile
  }

  signal(signal: NodeJS.Signals): void {
    this.#process?.kill(signal);
  }

  async end(): Promise<void> {
    this.#mayEnd = true;
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL'); // ends a stopped one too
    await ended;
  }
}

/** All backends of one run. */
export class Fleet {
  readonly #backends = new Map<string, Backend>();
  readonly #endAtExit = (): void => {
    for (const backend of this.#backends.values()) backend.signal('SIGKILL');
  };
  /** Is told which process stands still, so that somebody can make it go on if this one ends first. */
  onStandsStill: (message: StandsStill) => void = () => {};

  static async start({ rate, seed }: DemoOptions): Promise<Fleet> {
    const fleet = new Fleet();
    for (const service of serviceNames) {
      for (let number = 1; number <= services[service].backends; number++) {
        const backend = new Backend(service, seed + fleet.#backends.size, rate / 2);
        fleet.#backends.set(`${service}-${number}`, backend);
      }
    }
    process.on('exit', fleet.#endAtExit);
    await Promise.all([...fleet.#backends.values()].map((backend) => backend.start()));
    return fleet;
  }

  get origins(): Origins {
    const of = (service: Service) =>
      [...this.#backends.values()].filter((backend) => backend.service === service).map(({ origin }) => origin);
    return { catalog: of('catalog'), billing: of('billing') };
  }

  countAnew(): void {
    for (const backend of this.#backends.values()) backend.requests = 0;
  }

  /** How many requests each backend got, by its own count. */
  get load(): ReadonlyMap<string, number> {
    return new Map([...this.#backends].map(([name, { requests }]) => [name, requests]));
  }

  /** Where each backend listens. */
  get addresses(): ReadonlyMap<string, string> {
    return new Map([...this.#backends].map(([name, { origin }]) => [name, origin]));
  }

  /** What the backend at this origin is called. */
  nameOf(origin: string): string {
    return [...this.#backends].find(([, backend]) => backend.origin === origin)?.[0] ?? origin;
  }

  tell(name: string, mood: Mood): void {
    this.#named(name).tell(mood);
  }

  kill(name: string): void {
    this.#named(name).signal('SIGKILL');
  }

  restart(name: string): Promise<void> {
    return this.#named(name).start();
  }

  stop(name: string): void {
    const backend = this.#named(name);
    this.#tellAll({ standsStill: backend.pid });
    backend.signal('SIGSTOP');
  }

  goOn(name: string): void {
    this.#named(name).signal('SIGCONT');
    this.#tellAll({ standsStill: undefined });
  }

  async end(): Promise<void> {
    await Promise.all([...this.#backends.values()].map((backend) => backend.end()));
    process.off('exit', this.#endAtExit);
  }

  #tellAll(message: StandsStill): void {
    for (const backend of this.#backends.values()) backend.tell(message);
    this.onStandsStill(message);
  }

  #named(name: string): Backend {
    const backend = this.#backends.get(name);
    if (backend === undefined) throw new Error(`there is no backend ${name}`);
    return backend;
  }
}
