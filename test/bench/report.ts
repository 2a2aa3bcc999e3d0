import { charts } from './charts.ts';
import type { Results } from './results.ts';
import { page } from './tables.ts';

/** What is committed of a run: files by their names. */
export function report(results: Results): Record<string, string> {
  return {
    'results.json': `${JSON.stringify(results, undefined, 1)}\n`,
    'results.md': page(results),
    ...charts(results),
  };
}
