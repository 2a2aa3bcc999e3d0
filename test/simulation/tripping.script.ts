// Writes docs/benchmarks/tripping.*: how often breakers open for nothing, and how soon for something.
// With --render only anew from tripping.json, what was found before.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { files } from './tripping/page.ts';
import { study, type Study } from './tripping/study.ts';

const root = join(import.meta.dirname, '../..');
const folder = join(root, 'docs/benchmarks');
const commit = execFileSync('git', ['rev-parse', '--short=10', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();

const found = process.argv.includes('--render')
  ? (JSON.parse(readFileSync(join(folder, 'tripping.json'), 'utf8')) as Study) // which this wrote
  : study(1, commit, (line) => console.log(line));
for (const [name, text] of Object.entries(files(found))) writeFileSync(join(folder, name), text);
