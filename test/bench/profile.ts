import { Session, type HeapProfiler, type Profiler } from 'node:inspector/promises';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Case } from './case.ts';
import { warmUp, type Pace } from './pace.ts';
import { digits } from './tables.ts';

const SHOWN = 15;

/** Where a case spends its time and what allocates, by function: text to read. */
export async function profiled(of: Case, pace: Pace): Promise<string> {
  const times = await warmUp(of, { ...pace, sampleMs: 2_000, warmUpMs: 1_000 });
  const session = new Session();
  session.connect();
  const time = await timeProfile(session, () => of.loop(times));
  const heap = await heapProfile(session, () => of.loop(times));
  session.disconnect();
  return [
    `${times} calls`,
    '',
    'self time, ns per call',
    ...top(selfTimes(time), 1_000 / times),
    '',
    'bytes allocated per call',
    ...top(selfSizes(heap.head), 1 / times),
    '',
  ].join('\n');
}

async function timeProfile(session: Session, run: () => void | Promise<void>): Promise<Profiler.Profile> {
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: 200 });
  await session.post('Profiler.start');
  await run();
  return (await session.post('Profiler.stop')).profile;
}

async function heapProfile(
  session: Session,
  run: () => void | Promise<void>,
): Promise<HeapProfiler.SamplingHeapProfile> {
  const collectedToo = { includeObjectsCollectedByMajorGC: true, includeObjectsCollectedByMinorGC: true };
  await session.post('HeapProfiler.enable');
  await session.post('HeapProfiler.startSampling', { samplingInterval: 4_096, ...collectedToo } as object); // newer than the types
  await run();
  return (await session.post('HeapProfiler.stopSampling')).profile;
}

/** Microseconds by function. */
function selfTimes({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): Map<string, number> {
  const places = new Map(nodes.map(({ id, callFrame }) => [id, placeOf(callFrame)]));
  const sums = new Map<string, number>();
  for (const [index, id] of samples.entries()) add(sums, places.get(id) ?? '', timeDeltas[index] ?? 0);
  return sums;
}

/** Bytes by function. */
function selfSizes(node: HeapProfiler.SamplingHeapProfileNode, sums = new Map<string, number>()): Map<string, number> {
  add(sums, placeOf(node.callFrame), node.selfSize);
  for (const child of node.children) selfSizes(child, sums);
  return sums;
}

function add(sums: Map<string, number>, place: string, amount: number): void {
  sums.set(place, (sums.get(place) ?? 0) + amount);
}

function placeOf({ functionName, url, lineNumber }: Profiler.Profile['nodes'][number]['callFrame']): string {
  const name = functionName === '' ? '(anonymous)' : functionName;
  if (url === '') return name;
  return `${name} ${url.startsWith('file:') ? relative(process.cwd(), fileURLToPath(url)) : url}:${lineNumber + 1}`;
}

function top(sums: ReadonlyMap<string, number>, scale: number): string[] {
  const largest = [...sums].sort(([, a], [, b]) => b - a).slice(0, SHOWN);
  return largest.map(([place, sum]) => `${digits(sum * scale).padStart(10)}  ${place}`);
}
