import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface Loopback {
  readonly origins: readonly string[];
  close(): void;
}

/** Starts servers in a process of their own. */
export async function loopback(servers: number): Promise<Loopback> {
  const program = join(import.meta.dirname, 'loopback-server.js');
  const child = spawn(process.execPath, [program, String(servers)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return {
    origins: JSON.parse(line) as string[],
    close: () => {
      child.stdin.destroy();
      child.stdout.destroy();
    },
  };
}
