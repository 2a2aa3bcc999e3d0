import type { Fault } from './faults.ts';

/** How many columns a second takes: few for a long run, so that the chart fits a terminal. */
const columnsFor = (seconds: number) => (seconds > 30 ? 1 : 2);
const labelWidth = 20;
const levels = '▁▂▃▄▅▆▇█';

/** One line of a chart: what it is, and the share of failed calls second by second. */
export interface ChartLine {
  readonly label: string;
  readonly shares: readonly number[];
}

/** Failures second by second under the marks of the faults. */
export function chart(schedule: readonly Fault[], lines: readonly ChartLine[], seconds: number): string {
  const columns = columnsFor(seconds);
  return [
    row('second', axis(seconds, columns)),
    ...schedule.map((fault) => row(fault.label, mark(fault, columns))),
    ...lines.map(({ label, shares }) => row(label, shares.map((share) => bar(share).repeat(columns)).join(''))),
    row('', '· none of that second failed   ▁ some   █ half or more'),
  ].join('\n');
}

function row(label: string, text: string): string {
  return `${label.padEnd(labelWidth)} ${text}`;
}

function axis(seconds: number, columns: number): string {
  let text = '';
  for (let second = 0; second < seconds; second += 5) text = text.padEnd(second * columns) + String(second);
  return text;
}

function mark({ from, to }: Fault, columns: number): string {
  const start = Math.floor((from / 1000) * columns);
  const end = Math.max(start + 1, Math.ceil((to / 1000) * columns));
  return ' '.repeat(start) + '━'.repeat(end - start);
}

function bar(share: number): string {
  if (share === 0) return '·';
  return levels[Math.floor(share * 2 * levels.length)] ?? '█';
}
