import { join } from 'node:path';

import type { Cell } from './cells.ts';
import { runProgram } from './child.ts';
import type { Installed } from './install.ts';
import type { Addresses } from './servers.ts';

/** What each check found, by its name: `ok`, or something else. */
export type Findings = Readonly<Record<string, string>>;

const longestMs = 120_000;
const here = import.meta.dirname;
let keys = 0;

/** Runs one program of the matrix; if it breaks down, its one finding is how. */
export async function runCell(cell: Cell, { runtimes, load }: Installed, addresses: Addresses): Promise<Findings> {
  const start = runtimes[cell.runtime] ?? [];
  const { client, agents } = cell;
  const told = JSON.stringify({ client, agents, addresses, load, key: `key-${++keys}` });
  const authority = join(here, 'fixtures/authority.cert.pem');
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: authority, DENO_CERT: authority, NODE_OPTIONS: '' };
  const { out, said } = await runProgram([...start, join(here, 'cell.mjs'), told], { env, longestMs });
  try {
    return JSON.parse(out.trim().split('\n').at(-1) ?? '') as Findings; // cell.mjs prints nothing else
  } catch {
    return { program: said };
  }
}
