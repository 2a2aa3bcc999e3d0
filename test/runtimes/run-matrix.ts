import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { cells, type Cell } from './cells.ts';
import type { Installed } from './install.ts';
import { judged, labelOf, list, table, type Row } from './matrix.ts';
import { runCell } from './run-cell.ts';
import type { Addresses } from './servers.ts';
import type { Counts } from './suites/run-suites.ts';

const atATime = 4;

/** Runs the clients whose label is wanted in every runtime against real servers, and prints what each was found to do. */
export async function runMatrix(
  root: string,
  installed: Installed,
  isWanted: (label: string) => boolean,
): Promise<Counts> {
  const wanted = cells.filter((cell) => isWanted(labelOf(cell)));
  if (wanted.length === 0) return { passed: 0, failed: 0 };
  const servers = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'servers.ts')], {
    cwd: root,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface(servers.stdout), 'line')) as [string];
  const addresses = JSON.parse(line) as Addresses;
  const rows = await rowsOf(wanted, installed, addresses);
  servers.stdin.end();
  return told(rows);
}

async function rowsOf(wanted: readonly Cell[], installed: Installed, addresses: Addresses): Promise<Row[]> {
  const rows: Row[] = [];
  const queue = wanted.entries();
  const work = async (): Promise<void> => {
    for (const [index, cell] of queue) rows[index] = { cell, findings: await runCell(cell, installed, addresses) };
  };
  await Promise.all(Array.from({ length: atATime }, work));
  return rows;
}

function told(rows: readonly Row[]): Counts {
  console.log('Signs: ✓ as it should be, ~ a deviation that is known, ✗ unexpected; first http, then https.\n');
  console.log(table(rows.filter(({ cell }) => cell.agents === undefined)));
  console.log(`\n${table(rows.filter(({ cell }) => cell.agents !== undefined))}`);
  const all = rows.flatMap(judged);
  const deviating = all.filter(({ verdict }) => verdict === 'deviates');
  const unexpected = all.filter(({ verdict }) => verdict === 'unexpected');
  if (deviating.length > 0) console.log(`\nDeviations:\n${list(deviating)}`);
  if (unexpected.length > 0) console.log(`\nUnexpected:\n${list(unexpected)}`);
  return { passed: all.length - unexpected.length, failed: unexpected.length };
}
