// Runs every client in every runtime against real servers, and holds what each does against what is expected of it.
// `--only TEXT` runs the cells whose label has the text; `--report FILE` also writes the counts there.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';

import { cells, type Cell } from './cells.ts';
import { install } from './install.ts';
import { judged, labelOf, list, table, type Row } from './matrix.ts';
import { runCell } from './run-cell.ts';
import type { Addresses } from './servers.ts';

const atATime = 4;
const root = join(import.meta.dirname, '../..');
const { only, report } = parseArgs({ options: { only: { type: 'string' }, report: { type: 'string' } } }).values;

const installed = install(root);
const servers = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'servers.ts')], {
  cwd: root,
  stdio: ['pipe', 'pipe', 'inherit'],
});
const [line] = (await once(createInterface(servers.stdout), 'line')) as [string];
const addresses = JSON.parse(line) as Addresses;

const begun = performance.now();
const wanted = cells.filter((cell) => only === undefined || labelOf(cell).includes(only));
const rows: Row[] = [];
const queue = wanted.entries();
await Promise.all(Array.from({ length: atATime }, work));
servers.stdin.end();

async function work(): Promise<void> {
  for (const [index, cell] of queue) rows[index] = await row(cell);
}

async function row(cell: Cell): Promise<Row> {
  return { cell, findings: await runCell(cell, installed, addresses) };
}

console.log('Signs: ✓ as it should be, ~ a deviation that is known, ✗ unexpected; first http, then https.\n');
console.log(table(rows.filter(({ cell }) => cell.agents === undefined)));
console.log(`\n${table(rows.filter(({ cell }) => cell.agents !== undefined))}`);
const all = rows.flatMap(judged);
const deviating = all.filter(({ verdict }) => verdict === 'deviates');
const unexpected = all.filter(({ verdict }) => verdict === 'unexpected');
if (deviating.length > 0) console.log(`\nDeviations:\n${list(deviating)}`);
if (unexpected.length > 0) console.log(`\nUnexpected:\n${list(unexpected)}`);
const failed = unexpected.length + (all.length === 0 ? 1 : 0);
const seconds = Math.round((performance.now() - begun) / 1000);
console.log(`\n${all.length - failed} as expected, ${failed} not, in ${wanted.length} programs and ${seconds} s`);
if (report !== undefined) writeFileSync(report, JSON.stringify({ passed: all.length - failed, failed }));
process.exitCode = failed === 0 ? 0 : 1;
