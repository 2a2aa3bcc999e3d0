import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

import { runProgram } from '../child.ts';
import type { Installed } from '../install.ts';
import { bundle } from './bundle.ts';
import type { Exemption } from './exemptions.ts';
import { runIn } from './hosts.ts';
import { judge, type Judgement, type Listed } from './judge.ts';
import { platforms } from './platforms.ts';

const atATime = 3;
const packages = ['core', 'timeout', 'retry', 'circuit-breaker', 'rate-limiter', 'load-balancer'];

/** The labels that `--only` chooses from. */
const labelOfSuites = (runtime: string): string => `${runtime} suites`;

export interface Counts {
  readonly passed: number;
  readonly failed: number;
}

/** Runs the packages' own tests in every runtime whose label is wanted, and prints what came of it. */
export async function runSuites(
  root: string,
  installed: Installed,
  wanted: (label: string) => boolean,
): Promise<Counts> {
  const runtimes = Object.keys(platforms)
    .reverse() // those that take longest begin first
    .filter((runtime) => wanted(labelOfSuites(runtime)));
  if (runtimes.length === 0) return { passed: 0, failed: 0 };
  const folder = join(root, '.runtimes/suites');
  const listed = await list(root, join(root, '.runtimes/tests.json'));
  await bundle(root, [...new Set(listed.map(({ file }) => file))].sort(), folder);
  const judgements: Judgement[] = [];
  const queue = runtimes.values();
  const work = async (): Promise<void> => {
    for (const runtime of queue) {
      const begun = performance.now();
      const judgement = await judged(runtime, folder, installed, listed);
      judgements.push(judgement);
      console.log(lineOf(judgement, Math.round((performance.now() - begun) / 1000)));
    }
  };
  await Promise.all(Array.from({ length: atATime }, work));
  console.log(`\nExempt:\n${exemptOf(judgements)}\n`);
  const failed = judgements.reduce((sum, { wrong }) => sum + wrong.length, 0);
  return { passed: Math.max(0, judgements.reduce((sum, { tests }) => sum + tests, 0) - failed), failed };
}

/** All the tests there are, by Vitest's own word. */
async function list(root: string, file: string): Promise<Listed[]> {
  const words = [process.execPath, join(root, 'node_modules/vitest/vitest.mjs'), 'list', `--json=${file}`];
  const folders = packages.map((name) => `packages/${name}/src/`);
  const { said } = await runProgram([...words, ...folders], { cwd: root, longestMs: 120_000 });
  const tests = JSON.parse(readFileSync(file, 'utf8')) as Listed[]; // Vitest's format
  for (const name of packages)
    if (!tests.some((test) => test.file.includes(`/packages/${name}/`)))
      throw new Error(`${name} has no test: ${said}`);
  return tests.map((test) => ({ file: relative(root, test.file), name: test.name }));
}

async function judged(
  runtime: string,
  folder: string,
  installed: Installed,
  listed: readonly Listed[],
): Promise<Judgement> {
  try {
    return judge(runtime, await runIn(runtime, folder, installed), listed);
  } catch (error) {
    return { runtime, tests: 0, exempt: new Map(), wrong: [`it broke down: ${String(error)}`] };
  }
}

function lineOf({ runtime, tests, exempt, wrong }: Judgement, seconds: number): string {
  const failing = [...exempt.values()].reduce((sum, times) => sum + times, 0);
  const line = `${runtime}: ${tests} tests, ${failing} of them exempt, ${wrong.length} findings, ${seconds} s`;
  return [line, ...wrong.map((one) => `  ✗ ${one}`)].join('\n');
}

/** Each reason once, with where it holds and for how many tests. */
function exemptOf(judgements: readonly Judgement[]): string {
  const places = new Map<Exemption, string[]>();
  for (const { runtime, exempt } of judgements)
    for (const [exemption, times] of exempt)
      places.set(exemption, [...(places.get(exemption) ?? []), `${runtime} ${times}`]);
  return [...places].map(([{ why }, where]) => `  ${why}: ${where.join(', ')}`).join('\n');
}
