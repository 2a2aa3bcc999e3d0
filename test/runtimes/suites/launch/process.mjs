// Begins the bundle in Node, Bun and Deno; the last line that it prints is what happened.
import process from 'node:process';

import { run } from './suites.mjs';

const ran = JSON.stringify(await run());
process.stdout.write(`\n${ran}\n`, () => process.exit());
