import type { Measured } from './job.ts';
import type { Found, Results, Runtime } from './results.ts';
import type { Spread } from './statistics.ts';
import { nameOf, verdicts, type Unit, type Verdict } from './verdicts.ts';

/** The page of all results: nothing on it is typed. */
export function page(results: Results): string {
  const { commit, date, machine, rounds, runtimes, sampleMs, seed } = results;
  return [
    '# Results',
    '',
    'Written by `npm run bench`; what it means is on [the page before](README.md).',
    '',
    `Measured ${date} at commit \`${commit}\` on ${machine.cores} cores of ${machine.cpu}, ${machine.memoryGiB} GiB, ` +
      `${machine.system}; load ${machine.load.join(' before, ')} after. ${rounds} rounds of samples of ${sampleMs} ms, seed ${seed}.`,
    '',
    ...(machine.load.some((mean) => mean > machine.cores) ? [BUSY, ''] : []),
    ...runtimes.flatMap(ofRuntime),
  ].join('\n');
}

const BUSY = '**The machine was busy with other things: times and ratios are rough.**';

function ofRuntime(runtime: Runtime): string[] {
  const heading = `Node ${runtime.node}`;
  return [
    `## ${heading}`,
    '',
    `V8 ${runtime.v8}.`,
    '',
    '### The bars',
    '',
    ...table(['what', 'beside', 'at most', 'goal', 'measured', 'whole', 'verdict'], verdicts(runtime).map(lineOf)),
    '',
    ...runtime.groups.flatMap((found) => ofGroup(found)),
  ].map((line) => (line.startsWith('### ') ? `${line}, Node ${runtime.node.split('.')[0]}` : line));
}

function lineOf({ row, what, unit, value, whole, atMost, goal, says }: Verdict): string[] {
  const shown = (number: number | undefined): string => (number === undefined ? '' : amount(number, unit));
  const by = atMost === undefined || says !== 'missed' ? '' : missedBy(value, atMost);
  return [
    row,
    what,
    shown(atMost),
    shown(goal),
    shown(value),
    shown(whole),
    says === 'missed' ? `**missed**${by}` : says,
  ];
}

const missedBy = (value: number, atMost: number): string =>
  atMost === 0 || Number.isNaN(value) ? '' : `, ${digits(value / atMost)} × the bar`;

function ofGroup({ group, work, meter, cases }: Found): string[] {
  const idle = cases.some((each) => each.idle !== undefined);
  const time = meter === 'cpu' ? 'CPU ns' : 'ns';
  return [
    `### ${group}`,
    '',
    `${work}.${idle ? '' : ` Noise: ${noise(cases)}.`}`,
    '',
    ...(idle
      ? table(['who', 'bytes', 'timers', 'CPU of 10,000', 'differs'], cases.map(idleRow))
      : table(
          ['who', time, `× ${cases[0]?.by ?? ''}`, 'bytes', 'promises', 'timers', 'AbortControllers', 'differs'],
          cases.map(timeRow),
        )),
    '',
    ...(idle ? [] : [`![${work}](${group}.svg)`, '']),
  ];
}

/** What the same work came to when it was measured twice. */
function noise([, again]: readonly Measured[]): string {
  if (again?.ratio === undefined) return 'unknown';
  const { median, lower, upper } = again.ratio;
  return `the same work measured again took ${digits(median)} × (${digits(lower)}–${digits(upper)})`;
}

const timeRow = ({ ns, ratio, bytes, counts, differs = '', ...who }: Measured): string[] => [
  nameOf(who),
  spread(ns),
  ratio === undefined ? '' : digits(ratio.median),
  bytes === undefined ? '' : digits(bytes),
  counts === undefined ? '' : digits(counts.promises),
  counts === undefined ? '' : digits(counts.timers),
  counts === undefined ? '' : digits(counts.abortControllers),
  differs,
];

const idleRow = ({ idle, differs = '', ...who }: Measured): string[] => [
  nameOf(who),
  idle === undefined ? '' : digits(idle.bytes),
  idle === undefined ? '' : digits(idle.timers),
  idle === undefined ? '' : amount(idle.cpu, '%'),
  differs,
];

const spread = (of: Spread | undefined): string =>
  of === undefined ? '' : `${digits(of.median)} (${digits(of.lower)}–${digits(of.upper)})`;

function amount(value: number, unit: Unit): string {
  if (unit === '%') return `${digits(value * 100)} %`;
  return unit === '' ? digits(value) : `${digits(value)} ${unit}`;
}

/** Three digits that mean something; whole numbers from 100 on. */
export function digits(value: number): string {
  if (!Number.isFinite(value)) return 'unknown';
  const size = Math.abs(value);
  if (size < 0.0005) return '0';
  if (size >= 100) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(size < 1 ? 2 : 3)));
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}
