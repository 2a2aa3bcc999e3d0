import { axisFx, dot, line, text } from '@observablehq/plot';

import { drawn } from './charts.ts';

/** How long one rule took to open at one rate, where this share of the calls failed. */
export interface DelayPoint {
  readonly who: string;
  readonly perSecond: number;
  readonly failing: number;
  readonly ms: number;
}

/** How long each rule takes to open, against the rate of calls; beside each other for each share of failures. */
export function delaysChart(points: readonly DelayPoint[]): string {
  const last = Math.max(...points.map(({ failing }) => failing));
  const names = [...new Set(points.map(({ who }) => who))];
  const ends = names.flatMap((who) => {
    const own = points.filter((point) => point.who === who && point.failing === last);
    return own.sort((a, b) => b.perSecond - a.perSecond).slice(0, 1);
  });
  const rates = new Set(points.map(({ perSecond }) => perSecond));
  return drawn({
    height: 420,
    marginRight: 190,
    marginLeft: 60,
    x: { type: 'log', label: 'calls per second', ticks: [...rates], tickFormat: ',', grid: true, inset: 14 },
    y: { type: 'log', label: 'seconds until it opens', ticks: 8, tickFormat: ',', grid: true },
    fx: { label: 'share of the calls that fails' },
    color: { domain: names, range: [...COLOURS] },
    marks: [
      axisFx({ tickFormat: (failing: number) => `${100 * failing} %` }),
      line(points, { fx: 'failing', x: 'perSecond', y: seconds, stroke: 'who', strokeWidth: 2, strokeOpacity: 0.6 }),
      dot(points, { fx: 'failing', x: 'perSecond', y: seconds, fill: 'who', r: 4 }),
      text(ends, { fx: 'failing', x: 'perSecond', y: seconds, text: 'who', fill: 'who', textAnchor: 'start', dx: 10 }),
    ],
  });
}

const seconds = ({ ms }: DelayPoint): number => ms / 1_000;

const COLOURS = ['#0969da', '#bc4c00', '#6e7781', '#8250df', '#1a7f37'];
