// Measures every group on every Node that is asked for, one process after the other, and writes what was found.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join, resolve } from 'node:path';

import { help, settingsOf, type Settings } from './arguments.ts';
import { assertBuilt, benchFolder } from './built.ts';
import { groups } from './groups.ts';
import { idle } from './groups/idle.ts';
import type { Job, Measured, Told } from './job.ts';
import { nodeProgram } from './nodes.ts';
import { commit, machine, type Found, type Results, type Runtime } from './results.ts';
import { runWorker } from './run-worker.ts';
import { page } from './tables.ts';
import { nameOf } from './verdicts.ts';
import { profiled } from './profile.ts';
import { report } from './report.ts';
import { scaleReport } from './scale/report.ts';
import { scale, type ScaleResults } from './scale/run.ts';

const root = join(benchFolder, '../..');
const settings = settingsOf(process.argv.slice(2));
if (settings === undefined) process.stdout.write(help);
else if (settings.scale) await scaleMain(settings);
else if (settings.render) write(read(settings.out), settings.out);
else if (settings.profile !== undefined) await profile(settings.profile, settings);
else await main(settings);

async function main({ nodes, out, pace, short, ...others }: Settings): Promise<void> {
  assertBuilt();
  const failures: unknown[] = [];
  const load = [loadavg()[0] ?? NaN];
  const runtimes: Runtime[] = [];
  for (const which of nodes) runtimes.push(await measure(nodeProgram(which, root), { pace, ...others }, failures));
  load.push(loadavg()[0] ?? NaN);
  const { rounds, sampleMs, seed } = pace;
  const results: Results = {
    date: new Date().toISOString().slice(0, 10),
    commit: commit(root),
    machine: machine(load),
    rounds,
    sampleMs,
    seed,
    runtimes,
  };
  if (!short) console.log(page(results));
  write(results, out);
  for (const failure of failures) console.error(String(failure)); // the worker told more
  const measured = runtimes.reduce((sum, runtime) => sum + runtime.groups.length, 0);
  console.log(`${measured} groups measured, ${failures.length} failures`);
  process.exitCode = failures.length === 0 && measured > 0 ? 0 : 1;
}

async function scaleMain(given: Settings): Promise<void> {
  assertBuilt();
  const results = given.render ? readScale(given.out) : await scale(given, root);
  const files = scaleReport(results);
  console.log(files['scale.md']);
  writeFiles(files, given.out);
}

/** Draws the report, which shows that it can be drawn, and writes it if there is where to. */
function write(results: Results, out: string | undefined): void {
  writeFiles(report(results), out);
}

function writeFiles(files: Record<string, string>, out: string | undefined): void {
  if (out === undefined) return;
  const folder = resolve(root, out);
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  console.log(`wrote ${Object.keys(files).length} files to ${out}`);
}

function read(folder = 'docs/benchmarks'): Results {
  return JSON.parse(readFileSync(join(resolve(root, folder), 'results.json'), 'utf8')) as Results;
}

function readScale(folder = 'docs/benchmarks'): ScaleResults {
  return JSON.parse(readFileSync(join(resolve(root, folder), 'scale.json'), 'utf8')) as ScaleResults;
}

async function profile(name: string, { pace }: Settings): Promise<void> {
  assertBuilt();
  const group = groups.find((each) => each.name === name);
  if (group === undefined)
    throw new TypeError(`--profile must be one of ${groups.map((each) => each.name).join(', ')}`);
  const cases = await group.cases();
  for (const each of cases.filter(({ by }) => by === 'inmesh')) {
    await each.check();
    console.log(`${nameOf(each)}: ${await profiled(each, pace)}`);
  }
  for (const each of cases) await each.close?.();
}

async function measure(
  program: string,
  { only, pace, watchMs }: Pick<Settings, 'only' | 'pace' | 'watchMs'>,
  failures: unknown[],
): Promise<Runtime> {
  const found: Found[] = [];
  const versions = { node: '', v8: '' };
  const tried = async (job: Job): Promise<readonly Measured[]> => {
    try {
      const told: Told = await runWorker(program, job);
      Object.assign(versions, { node: told.node, v8: told.v8 });
      return told.found;
    } catch (error) {
      failures.push(error);
      return [];
    }
  };

  for (const { name, work, meter = 'clock' } of groups) {
    if (only?.test(name) === false) continue;
    console.error(`${program === process.execPath ? '' : `${program}: `}${name}`);
    const times = await tried({ mode: 'time', group: name, pace });
    const sizes = await tried({ mode: 'size', group: name, pace });
    found.push({ group: name, work, meter, cases: times.map((each, index) => ({ ...each, ...sizes[index] })) });
  }
  if (only?.test(idle.name) !== false) {
    const cases: Measured[] = [];
    for (let index = 0, more = true; more; index++) {
      const told = await tried({ mode: 'idle', index, watchMs });
      more = told.length > 0;
      cases.push(...told);
    }
    found.push({ group: idle.name, work: idle.work, meter: 'cpu', cases });
  }
  return { ...versions, groups: found };
}
