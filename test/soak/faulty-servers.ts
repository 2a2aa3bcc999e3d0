import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { extname, join } from 'node:path';

import type { Open, Told } from './faults.server.ts';

/** Servers with faults, in a process of their own. */
export class FaultyServers {
  readonly origins: readonly string[];
  readonly #child: ChildProcess;

  constructor(child: ChildProcess, origins: readonly string[]) {
    this.#child = child;
    this.origins = origins;
  }

  static async start(servers: number, seed: number): Promise<FaultyServers> {
    const program = join(import.meta.dirname, `faults.server${extname(import.meta.filename)}`);
    const child = fork(program, [String(servers), String(seed)]);
    const [told] = (await once(child, 'message')) as [Told];
    return new FaultyServers(child, 'origins' in told ? told.origins : []);
  }

  async open(): Promise<Open> {
    const told = once(this.#child, 'message');
    this.#child.send('open');
    const [open] = (await told) as [Open]; // it was asked for that
    return open;
  }

  async close(): Promise<void> {
    this.#child.disconnect();
    await once(this.#child, 'exit');
  }
}
