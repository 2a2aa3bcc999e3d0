import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { loadavg } from 'node:os';
import { join } from 'node:path';

import { flags } from '../allocation.ts';
import type { Settings } from '../arguments.ts';
import { nodeProgram } from '../nodes.ts';
import type { Pace } from '../pace.ts';
import { commit, machine, type Machine } from '../results.ts';
import type { Point } from './measure.ts';
import { subjects } from './subjects.ts';

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
    for (const { name } of subjects.filter((subject) => only?.test(subject.name) !== false)) {
      console.error(`${which}: ${name}`);
      const times = await worker(program, name, 'time', pace);
      const sizes = await worker(program, name, 'size', pace);
      Object.assign(versions, { node: times.node, v8: times.v8 });
      found.push({ name, points: times.found.map((point, index) => ({ ...point, ...sizes.found[index] })) });
    }
    runtimes.push({ ...versions, subjects: found });
  }
  load.push(loadavg()[0] ?? NaN);
  const { rounds, seed } = pace;
  const date = new Date().toISOString().slice(0, 10);
  return { date, commit: commit(root), machine: machine(load), rounds, seed, runtimes };
}

interface Told {
  readonly found: readonly Point[];
  readonly node: string;
  readonly v8: string;
}

async function worker(program: string, name: string, mode: 'time' | 'size', pace: Pace): Promise<Told> {
  const words = [...(mode === 'size' ? flags : ['--expose-gc']), '--max-old-space-size=2048'];
  const job = JSON.stringify({ name, mode, pace });
  const child = spawn(program, [...words, join(import.meta.dirname, 'worker.js'), job], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  let told: Told | undefined;
  child.on('message', (message) => {
    told = message as Told; // the worker sends nothing else
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code === 0 && told !== undefined) return told;
  throw new Error(`${job} ended with code ${code}`);
}
