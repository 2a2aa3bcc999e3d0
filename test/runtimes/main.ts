// Runs the packages' own tests in every runtime, and every client in every runtime against real servers, and holds what
// each does against what is expected of it. `--only TEXT` runs what has the text in its label, as in `node-22 suites` or
// `deno built-in`; `--report FILE` also writes the counts there.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { install } from './install.ts';
import { runMatrix } from './run-matrix.ts';
import { runSuites } from './suites/run-suites.ts';

const root = join(import.meta.dirname, '../..');
const { only = '', report } = parseArgs({ options: { only: { type: 'string' }, report: { type: 'string' } } }).values;

const begun = performance.now();
const installed = install(root);
const isWanted = (label: string): boolean => label.includes(only);
const suites = await runSuites(root, installed, isWanted);
const clients = await runMatrix(root, installed, isWanted);

const passed = suites.passed + clients.passed;
const failed = suites.failed + clients.failed + (passed === 0 ? 1 : 0); // what finds nothing has gone wrong
console.log(`\n${passed} as expected, ${failed} not, in ${Math.round((performance.now() - begun) / 1000)} s`);
if (report !== undefined) writeFileSync(report, JSON.stringify({ passed, failed }));
process.exitCode = failed === 0 ? 0 : 1;
