import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import { flags } from './allocation.ts';
import type { Job, Told } from './job.ts';

/** Has a job done in a process of its own. Rejects if that fails, or tells nothing. */
export async function runWorker(program: string, job: Job): Promise<Told> {
  const words = job.mode === 'time' ? [] : job.mode === 'idle' ? ['--expose-gc'] : flags;
  const child = spawn(program, [...words, join(import.meta.dirname, 'worker.js'), JSON.stringify(job)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  let told: Told | undefined;
  child.on('message', (message) => {
    told = message as Told; // the worker sends nothing else
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code === 0 && told !== undefined) return told;
  throw new Error(`${JSON.stringify(job)} ended with code ${code}`);
}
