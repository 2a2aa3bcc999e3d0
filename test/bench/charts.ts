import { axisFy, dot, plot, ruleX, ruleY, text, type PlotOptions } from '@observablehq/plot';
import { parseHTML } from 'linkedom';

import type { Results, Runtime } from './results.ts';
import { nameOf, verdicts } from './verdicts.ts';

/** A chart for each group that was timed, and one of all bars; by the names of their files. */
export function charts({ runtimes }: Results): Record<string, string> {
  const groups = new Set(runtimes.flatMap((runtime) => runtime.groups.map(({ group }) => group)));
  const all: Record<string, string> = { 'bars.svg': barsChart(runtimes) };
  for (const group of groups) {
    const points = pointsOf(runtimes, group);
    if (points.length > 0) all[`${group}.svg`] = timesChart(points);
  }
  return all;
}

interface Point {
  readonly node: string;
  readonly who: string;
  readonly median: number;
  readonly lower: number;
  readonly upper: number;
}

function pointsOf(runtimes: readonly Runtime[], group: string): Point[] {
  return runtimes.flatMap((runtime) =>
    runtime.groups
      .filter((found) => found.group === group)
      .flatMap(({ cases }) => cases)
      .flatMap(({ ns, ...who }) => (ns === undefined ? [] : [{ node: shortName(runtime), who: nameOf(who), ...ns }])),
  );
}

/** Medians as dots, and where the middle half lies as lines. */
function timesChart(points: readonly Point[]): string {
  const who = [...new Set(points.map((point) => point.who))];
  const ours = (point: Point): string => (point.who.startsWith('inmesh') ? OURS : OTHERS);
  return drawn({
    marginLeft: 70,
    height: 60 + who.length * (8 + 14 * new Set(points.map(({ node }) => node)).size),
    x: { type: 'log', label: 'ns per call', grid: true, ticks: 6, tickFormat: ',' },
    y: { label: null },
    fy: { label: null, domain: who, padding: 0.2 },
    marks: [
      axisFy({ textAnchor: 'start' }),
      ruleY(points, {
        fy: 'who',
        y: 'node',
        x1: 'lower',
        x2: 'upper',
        stroke: ours,
        strokeWidth: 2,
        strokeOpacity: 0.5,
      }),
      dot(points, { fy: 'who', y: 'node', x: 'median', fill: ours, r: 4 }),
    ],
  });
}

interface Held {
  readonly node: string;
  readonly row: string;
  readonly share: number;
}

/** Everything measured as a share of its bar: to the left of the line is met. */
function barsChart(runtimes: readonly Runtime[]): string {
  const held: Held[] = runtimes.flatMap((runtime) =>
    verdicts(runtime).flatMap(({ row, what, value, atMost = 0 }) =>
      atMost > 0 ? [{ node: shortName(runtime), row: `${row}: ${what}`, share: Math.max(value / atMost, 0.01) }] : [],
    ),
  );
  const rows = [...new Set(held.map(({ row }) => row))];
  const colour = ({ share }: Held): string => (share <= 1 ? OURS : MISSED);
  return drawn({
    marginLeft: 70,
    marginRight: 440,
    height: 60 + rows.length * (8 + 14 * runtimes.length),
    x: { type: 'log', label: 'measured, as a share of what it may be', grid: true, ticks: 6, tickFormat: '~g' },
    y: { label: null },
    fy: { label: null, domain: rows, padding: 0.2 },
    marks: [
      axisFy({ textAnchor: 'start' }),
      ruleX([1]),
      ruleY(held, { fy: 'row', y: 'node', x1: 1, x2: 'share', stroke: colour, strokeWidth: 2, strokeOpacity: 0.5 }),
      dot(held, { fy: 'row', y: 'node', x: 'share', fill: colour, r: 4 }),
      text(held, {
        fy: 'row',
        y: 'node',
        x: 'share',
        text: ({ share }: Held) => share.toPrecision(2),
        dy: -8,
        fontSize: 8,
      }),
    ],
  });
}

const OURS = '#0969da';
const OTHERS = '#6e7781';
const MISSED = '#cf222e';

const shortName = ({ node }: Runtime): string => `Node ${node.split('.')[0]}`;

/** Draws a chart as a file of its own. */
export function drawn(options: PlotOptions): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const svg = plot({ width: 900, marginRight: 290, ...options, document });
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  svg.setAttribute('style', 'background: white; color: black');
  return `${svg.outerHTML}\n`;
}
