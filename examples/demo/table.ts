import Table from 'cli-table3';
import colors from 'picocolors';

import type { Run } from './play.ts';

/** Both ways side by side. */
export function table(runs: readonly { readonly label: string; readonly run: Run }[]): string {
  const rows = new Table({
    head: ['', ...runs.map(({ label }) => colors.bold(label))],
    style: { head: [], border: [], compact: true },
  });
  const add = (label: string, cell: (run: Run) => string) => {
    rows.push([label, ...runs.map(({ run }) => ({ hAlign: 'right' as const, content: cell(run) }))]);
  };
  add('calls', ({ summary }) => String(summary.calls));
  add('success rate', ({ summary }) => `${(summary.successRate * 100).toFixed(2)} %`);
  for (const quantile of ['p50', 'p90', 'p99', 'max'] as const) {
    add(`latency ${quantile}`, ({ summary }) => `${summary[quantile].toFixed(quantile === 'p50' ? 1 : 0)} ms`);
  }
  add('attempts per call', ({ summary }) => summary.attemptsPerCall.toFixed(3));
  for (const backend of runs[0]?.run.load.keys() ?? []) {
    add(`load on ${backend}`, ({ load }) => `${load.get(backend) ?? 0} requests`);
  }
  add('client late by up to', ({ summary }) => `${summary.latestStart.toFixed(0)} ms`);
  add(
    'failed calls',
    ({ summary }) => summary.failures.map(([what, count]) => `${count} ${what}`).join('\n') || 'none',
  );
  return rows.toString();
}
