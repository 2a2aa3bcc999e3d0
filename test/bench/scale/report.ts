import { dot, lineY, ruleY, text } from '@observablehq/plot';

import { drawn } from '../charts.ts';
import { digits, table } from '../tables.ts';
import type { Point } from './measure.ts';
import type { ScaleResults, ScaleRuntime } from './run.ts';
import type { Subject } from './subject.ts';
import { subjects } from './subjects.ts';

/** What the large case may cost beside the small one. */
const AT_MOST = 1.5;

/** What grew, as a share of the small case. */
interface Growth {
  readonly what: 'time' | 'held' | 'allocated';
  readonly size: number;
  readonly share: number;
}

/** How the time of one of those that are measured grew. */
const timesOf = (points: readonly Point[], whose: Point['by']): Growth[] =>
  points
    .filter(({ by, again }) => by === whose && !again)
    .map(({ size, ratio }) => ({ what: 'time', size, share: ratio.median }));

/** How much longer a call of the largest size takes than one of the smallest. */
function nsMore(points: readonly Point[], whose: Point['by']): number {
  const own = points.filter(({ by, again }) => by === whose && !again);
  return (own.at(-1)?.ns.median ?? NaN) - (own[0]?.ns.median ?? NaN);
}

/** The growth of ours. Memory is compared with the first size of 100 or more: below, what there is one of outweighs it. */
function growths(points: readonly Point[]): Growth[] {
  const ours = points.filter(({ by, again }) => by === 'inmesh' && !again);
  const many = ours.filter(({ size }) => size >= 100);
  const share = (what: 'held' | 'allocated', of: readonly Point[]): Growth[] =>
    of.flatMap((point) => {
      const [value, base] = [point[what], of[0]?.[what]];
      return value === undefined || base === undefined ? [] : [{ what, size: point.size, share: value / base }];
    });
  return [...timesOf(points, 'inmesh'), ...share('held', many), ...share('allocated', ours)];
}

/** What is committed of a run: files by their names. */
export function scaleReport(results: ScaleResults): Record<string, string> {
  return {
    'scale.json': `${JSON.stringify(results, undefined, 1)}\n`,
    'scale.md': page(results),
    ...Object.fromEntries(results.runtimes.map((runtime) => [chartName(runtime), chart(runtime)])),
  };
}

function page({ commit, date, machine, rounds, runtimes, seed }: ScaleResults): string {
  return [
    '# Scale',
    '',
    'Written by `npm run bench -- --scale`; nothing on it is typed. What a call costs where there are many: in time, and in memory held',
    `per call in flight, key or endpoint, and allocated per call. The large case may cost ${AT_MOST} × the small one.`,
    '',
    `Measured ${date} at commit \`${commit}\` on ${machine.cores} cores of ${machine.cpu}, ${machine.memoryGiB} GiB, ` +
      `${machine.system}; load ${machine.load.join(' before, ')} after. ${rounds} rounds, seed ${seed}.`,
    '',
    'All sizes of a subject are measured in one process, in turn, each round in another order; a sample calls often enough to reach',
    'all there is several times. *Noise* is the smallest measured a second time. Memory is compared from 100 on: below, what there',
    'is one of outweighs it.',
    '',
    'What is large does not fit into the caches of a processor, and what waits is copied by the collector: that costs whoever holds as',
    'much. So the same is measured *bare*, with no policy at all (promises that wait, a `Map` or an array with an object each), and',
    '*bare, as large*: with as many bytes each as ours hold of the largest size, in objects of 64 bytes, each of which a call reads',
    'and writes. What a call takes longer there is what the machine charges for so many bytes. The verdict makes no allowance for it.',
    '',
    ...runtimes.flatMap(ofRuntime),
  ].join('\n');
}

function ofRuntime(runtime: ScaleRuntime): string[] {
  const major = runtime.node.split('.')[0];
  return [
    `## Node ${runtime.node}`,
    '',
    `![Cost against size, as a share of the small case](${chartName(runtime)})`,
    '',
    ...table(
      [
        'subject',
        'largest',
        ...MEASURES.map((what) => `${what}, × small`),
        'verdict',
        ...SIDES.map((by) => `ns more than small: ${by}`),
      ],
      runtime.subjects.map(verdictRow),
    ),
    '',
    ...runtime.subjects.flatMap(({ name, points }) => [
      `### ${name}, Node ${major}`,
      '',
      ...ofSubject(subjectOf(name), points),
      '',
    ]),
  ];
}

const MEASURES = ['time', 'held', 'allocated'] as const;
const SIDES = ['inmesh', 'bare', 'bare, as large'] as const;

function verdictRow({ name, points }: { readonly name: string; readonly points: readonly Point[] }): string[] {
  const all = growths(points);
  const worst = (what: Growth['what']): number | undefined => {
    const shares = all.filter((growth) => growth.what === what).map(({ share }) => share);
    return shares.length === 0 ? undefined : Math.max(...shares);
  };
  const found = MEASURES.map(worst);
  const missed = MEASURES.filter((_, index) => !((found[index] ?? 0) <= AT_MOST));
  const largest = Math.max(...points.map(({ size }) => size));
  return [
    name,
    `${largest.toLocaleString('en-US')} ${subjectOf(name).unit}`,
    ...found.map((share) => (share === undefined ? '' : digits(share))),
    missed.length === 0 ? 'met' : `**missed**: ${missed.join(', ')}`,
    ...SIDES.map((by) => digits(nsMore(points, by))),
  ];
}

function ofSubject({ unit, work }: Subject, points: readonly Point[]): string[] {
  const row = ({ by, size, again, ns, ratio, held, allocated }: Point): string[] => [
    by,
    `${size.toLocaleString('en-US')}${again ? ', again (noise)' : ''}`,
    `${digits(ns.median)} (${digits(ns.lower)}–${digits(ns.upper)})`,
    digits(ratio.median),
    held === undefined ? '' : digits(held),
    allocated === undefined ? '' : digits(allocated),
  ];
  return [
    `${work}.`,
    '',
    ...table(['who', unit, 'ns per call', '× small', 'bytes held, each', 'bytes allocated per call'], points.map(row)),
  ];
}

function subjectOf(name: string): Subject {
  const subject = subjects.find((each) => each.name === name);
  if (subject === undefined) throw new Error(`no such subject: ${name}`);
  return subject;
}

const chartName = ({ node }: ScaleRuntime): string => `scale-node-${node.split('.')[0]}.svg`;

const COLOURS: Readonly<Record<string, string>> = {
  time: '#0969da',
  held: '#8250df',
  allocated: '#1a7f37',
  'time, bare': '#6e7781',
};

/** Cost against size, one panel for each subject. */
function chart({ subjects: found }: ScaleRuntime): string {
  const lines = found.flatMap(({ name, points }) => [
    ...growths(points).map(({ what, size, share }) => ({ name, what: what as string, size, share })),
    ...timesOf(points, 'bare').map((growth) => ({ ...growth, name, what: 'time, bare' })),
  ]);
  const last = lines.filter(
    ({ name, what, size }) =>
      size === Math.max(...lines.filter((line) => line.name === name && line.what === what).map((line) => line.size)),
  );
  const colour = ({ what }: { readonly what: string }): string => COLOURS[what] ?? '';
  const at = { fy: 'name', x: 'size', y: 'share' };
  return drawn({
    marginLeft: 60,
    marginRight: 160,
    height: 60 + 150 * found.length,
    x: { type: 'log', label: 'how many', grid: true, tickFormat: '~s' },
    y: { label: '× small', domain: [0, Math.max(2, ...lines.map(({ share }) => share))], grid: true },
    fy: { label: null, domain: found.map(({ name }) => name), padding: 0.15 },
    marks: [
      ruleY([AT_MOST], { stroke: '#cf222e', strokeDasharray: '4 3' }),
      lineY(lines, { ...at, z: 'what', stroke: colour, strokeWidth: 1.5 }),
      dot(lines, { ...at, fill: colour, r: 3 }),
      text(last, { ...at, text: 'what', textAnchor: 'start', dx: 6, fill: colour }),
    ],
  });
}
