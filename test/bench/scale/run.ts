import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { loadavg } from 'node:os';
import { join } from 'node:path';

import { flags } from '../allocation.ts';
import type { Settings } from '../arguments.ts';
import { nodeProgram } from '../nodes.ts';
import { commit, machine, type Machine } from '../results.ts';
import type { Point } from './measure.ts';
import { subjects } from './subjects.ts';
import type { ScaleJob } from './worker.ts';

/** What a run found: the whole of scale.json. */
export interface ScaleResults {
  readonly date: string;
  readonly commit: string;
  readonly machine: Machine;
  readonly rounds: number;
  readonly seed: number;
  readonly runtimes: readonly ScaleRuntime[];
}

export interface ScaleRuntime {
  readonly node: string;
  readonly v8: string;
  readonly subjects: readonly { readonly name: string; readonly points: readonly Point[] }[];
}

/** Measures all subjects, one process after the other, on every Node that is asked for. */
export async function scale({ nodes, only, pace }: Settings, root: string): Promise<ScaleResults> {
  const load = [loadavg()[0] ?? NaN];
  const runtimes: ScaleRuntime[] = [];
  for (const which of nodes) {
    const program = nodeProgram(which, root);
    const versions = { node: '', v8: '' };
    const found: { name: string; points: readonly Point[] }[] = [];
    for (const { name, sizes } of subjects.filter((subject) => only?.test(subject.name) !== false)) {
      console.error(`${which}: ${name}`);
      const held = await worker<Pick<Point, 'held' | 'allocated'>>(program, { name, pace });
      const bytesEach = held.found[sizes.length]?.held ?? NaN; // of the largest: the smallest comes twice
      const times = await worker<Point>(program, { name, pace, bytesEach });
      Object.assign(versions, { node: times.node, v8: times.v8 });
      found.push({ name, points: times.found.map((point, index) => ({ ...point, ...held.found[index] })) });
    }
    runtimes.push({ ...versions, subjects: found });
  }
  load.push(loadavg()[0] ?? NaN);
  const { rounds, seed } = pace;
  const date = new Date().toISOString().slice(0, 10);
  return { date, commit: commit(root), machine: machine(load), rounds, seed, runtimes };
}

interface Told<P> {
  readonly found: readonly P[];
  readonly node: string;
  readonly v8: string;
}

async function worker<P>(program: string, job: ScaleJob): Promise<Told<P>> {
  const words = [...(job.bytesEach === undefined ? flags : ['--expose-gc']), '--max-old-space-size=2048'];
  const file = join(import.meta.dirname, 'worker.js');
  const child = spawn(program, [...words, file, JSON.stringify(job)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  let told: Told<P> | undefined;
  child.on('message', (message) => {
    told = message as Told<P>; // the worker sends nothing else
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code === 0 && told !== undefined) return told;
  throw new Error(`${JSON.stringify(job)} ended with code ${code}`);
}
