import type { HeapSample } from './heap.ts';
import type { LoopbackFound } from './loopback-run.ts';
import type { Results, Run } from './results.ts';
import { heapVerdict, type Kind } from './verdicts.ts';
import type { VirtualFound } from './virtual-run.ts';
import type { Broken } from './watch.ts';

/** What is committed, by the names of the files: nothing on the page is typed. */
export function files(results: Results): Record<string, string> {
  return { 'soak.json': `${JSON.stringify(results, undefined, 1)}\n`, 'soak.md': page(results) };
}

function page({ virtual, loopback }: Results): string {
  return [
    '# Soak',
    '',
    'Written by `npm run soak`. The whole stack (metrics, total timeout, a breaker per name of the call, retry, token bucket with a',
    'queue, balancer, a breaker per endpoint, attempt timeout) runs for long under faults. At every pause no call is in flight, and all',
    'that is counted has to be back to what it was before the first. How it is done is in [`test/soak`](../../test/soak/README.md).',
    '',
    ...(virtual === undefined ? [] : virtualLines(virtual)),
    ...(loopback === undefined ? [] : loopbackLines(loopback)),
  ].join('\n');
}

function virtualLines(run: Run<VirtualFound>): string[] {
  const { found } = run;
  return [
    '## On the virtual clock',
    '',
    `${whole(found.calls)} calls, ${whole(found.sendings)} sendings, at most ${whole(found.mostInFlight)} calls in flight at once; ` +
      `${minutes(found.virtualMs)} of virtual time in ${minutes(found.tookMs)}; ${whole(found.heap.length)} pauses.`,
    '',
    ...where(run),
    ...verdictLines(run, 'virtual'),
    ...table(
      ['how a call ended', 'calls'],
      Object.entries(found.outcomes).map(([name, times]) => [name, whole(times)]),
    ),
    '',
    ...table(
      ['weather, half a second each', 'times'],
      Object.entries(found.weathers).map(([name, times]) => [name, whole(times)]),
    ),
    '',
  ];
}

function loopbackLines(run: Run<LoopbackFound>): string[] {
  const { found } = run;
  const { baseline, left } = found;
  return [
    '## Over loopback',
    '',
    `${whole(found.calls)} calls of \`wrapFetch\` to servers in another process in ${minutes(found.tookMs)}, pauses included; ${whole(found.heap.length)} pauses.`,
    '',
    ...where(run),
    ...verdictLines(run, 'loopback'),
    ...table(
      ['open', 'before', 'most at a pause'],
      [
        ['sockets', whole(baseline.sockets), whole(left.sockets)],
        ['file descriptors', whole(baseline.files), whole(left.files)],
        ['timers', whole(baseline.timers), whole(left.timers)],
      ],
    ),
    '',
    ...table(
      ['how a call ended', 'calls'],
      Object.entries(found.outcomes).map(([name, times]) => [name, whole(times)]),
    ),
    '',
    ...table(
      ['what the servers were asked for', 'calls'],
      Object.entries(found.paths).map(([name, times]) => [`\`${name}\``, whole(times)]),
    ),
    '',
  ];
}

function where({ commit, date, machine, node, seed, v8 }: Run<unknown>): string[] {
  return [
    `Run ${date} at commit \`${commit}\`, Node ${node} (V8 ${v8}), on ${machine.cores} cores of ${machine.cpu}, ` +
      `${machine.memoryGiB} GiB, ${machine.system}; load ${machine.load.join(' before, ')} after; seed ${seed}.`,
    '',
  ];
}

function verdictLines({ found }: Run<VirtualFound | LoopbackFound>, kind: Kind): string[] {
  const { heap, broken } = found;
  const { bytesPerCall, error, limit, says } = heapVerdict(heap, kind);
  return [
    ...table(
      ['what has to be', 'found', 'verdict'],
      [
        [
          'every count is back to zero at every pause, every call settles once and in time',
          `${broken.length} kinds of failure`,
          broken.length === 0 ? 'met' : '**missed**',
        ],
        [
          `in the second half, memory grows by at most ${limit} bytes per call, two standard errors included`,
          Number.isFinite(error) ? `${bytesPerCall.toFixed(4)} ± ${error.toFixed(4)}` : '',
          says === 'flat' ? 'met' : `**${says}**`,
        ],
        [
          'no unhandled rejection, uncaught exception or warning',
          String(countOf(broken)),
          countOf(broken) === 0 ? 'met' : '**missed**',
        ],
      ],
    ),
    '',
    ...table(['calls that are over', 'memory held', 'compiled code besides'], tenths(heap).map(heapRow)),
    '',
    ...broken.flatMap(({ kind: what, times, first }) => [
      `- **${what}**, ${whole(times)} times; first: ${first.split('\n')[0]}`,
      '',
    ]),
  ];
}

const heapRow = ({ calls, bytes, code }: HeapSample): string[] => [whole(calls), mib(bytes), mib(code)];

/** Ten of them, the last included. */
const tenths = <T>(of: readonly T[]): readonly T[] =>
  of.filter((_, index) => Math.ceil(((index + 2) * 10) / of.length) > Math.ceil(((index + 1) * 10) / of.length));

/** How often Node told of something that nobody handled. */
function countOf(broken: readonly Broken[]): number {
  const told = new Set(['unhandledRejection', 'uncaughtException', 'warning']);
  return broken.reduce((sum, { kind, times }) => sum + (told.has(kind) ? times : 0), 0);
}

const whole = (value: number): string => value.toLocaleString('en-US');
const mib = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(2)} MiB`;
const minutes = (ms: number): string => `${(ms / 60_000).toFixed(1)} minutes`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}
