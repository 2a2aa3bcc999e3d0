import { spawn } from 'node:child_process';
import { join } from 'node:path';

import type { Cell } from './cells.ts';
import type { Installed } from './install.ts';
import type { Addresses } from './servers.ts';

/** What each check found, by its name: `ok`, or something else. */
export type Findings = Readonly<Record<string, string>>;

const longestMs = 120_000;
const here = import.meta.dirname;
let keys = 0;

/** Runs one program of the matrix; if it breaks down, its one finding is how. */
export async function runCell(cell: Cell, { runtimes, load }: Installed, addresses: Addresses): Promise<Findings> {
  const [program = '', ...words] = runtimes[cell.runtime] ?? [];
  const { client, agents } = cell;
  const told = JSON.stringify({ client, agents, addresses, load, key: `key-${++keys}` });
  const authority = join(here, 'fixtures/authority.cert.pem');
  const child = spawn(program, [...words, join(here, 'cell.mjs'), told], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_EXTRA_CA_CERTS: authority, DENO_CERT: authority, NODE_OPTIONS: '' },
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => (out += chunk));
  child.stderr.on('data', (chunk) => (err += chunk));
  const timer = setTimeout(() => child.kill('SIGKILL'), longestMs);
  const ended = await new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(`it ended with ${signal ?? code}`));
  });
  clearTimeout(timer);
  try {
    return JSON.parse(out.trim().split('\n').at(-1) ?? '') as Findings; // cell.mjs prints nothing else
  } catch {
    return { program: `${ended}: ${err.trim().split('\n').slice(-8).join(' | ')}` };
  }
}
