import pc from 'picocolors';
import Table from 'cli-table3';

import type { Cell } from './cells.ts';
import { deviationOf } from './deviations.ts';
import type { Findings } from './run-cell.ts';

export interface Row {
  readonly cell: Cell;
  readonly findings: Findings;
}

export interface Judged {
  readonly cell: Cell;
  readonly check: string;
  readonly found: string;
  readonly verdict: 'well' | 'deviates' | 'unexpected';
  /** Why it deviates, or what was expected. */
  readonly why: string;
}

/** Holds every finding against what is expected there. A deviation that is not found any more is unexpected too. */
export function judged({ cell, findings }: Row): Judged[] {
  return Object.entries(findings)
    .filter(([, found]) => found !== 'none')
    .map(([check, found]) => {
      const deviation = deviationOf(cell, check);
      if (deviation === undefined)
        return { cell, check, found, verdict: found === 'ok' ? 'well' : 'unexpected', why: 'should be ok' };
      const matches = deviation.finds.test(found);
      return {
        cell,
        check,
        found,
        verdict: matches ? 'deviates' : 'unexpected',
        why: matches ? deviation.why : `should be ${deviation.finds}, since ${deviation.why}`,
      };
    });
}

const signs = { well: pc.green('✓'), deviates: pc.yellow('~'), unexpected: pc.red('✗') };

/** The cells as a table: a row for each client in a runtime, a column for each check, a sign for http and one for https. */
export function table(rows: readonly Row[]): string {
  const columns = [...new Set(rows.flatMap(({ findings }) => Object.keys(findings).map(subjectOf)))];
  const drawn = new Table({
    head: ['', ...columns],
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 1 },
    chars: {
      mid: '',
      'left-mid': '',
      'mid-mid': '',
      'right-mid': '',
      left: '',
      right: '',
      middle: '',
      top: '',
      bottom: '',
      'top-mid': '',
      'top-left': '',
      'top-right': '',
      'bottom-mid': '',
      'bottom-left': '',
      'bottom-right': '',
    },
  });
  for (const row of rows) {
    const all = judged(row);
    const signsOf = (column: string) =>
      all.filter(({ check }) => subjectOf(check) === column).map(({ verdict }) => signs[verdict]);
    drawn.push([labelOf(row.cell), ...columns.map((column) => signsOf(column).join(''))]);
  }
  return drawn.toString();
}

const subjectOf = (check: string): string => check.split(' ')[0] ?? check;

export const labelOf = ({ runtime, client, agents }: Cell): string =>
  `${runtime} ${client}${agents === undefined ? '' : ` over ${agents}`}`;

/** A list of findings: what was found and why, then where, with the checks that found it. */
export function list(all: readonly Judged[]): string {
  const kinds = new Map<string, Map<string, string[]>>();
  for (const { cell, check, found, why } of all) {
    const kind = `${found}: ${why}`;
    const cells = kinds.get(kind) ?? new Map<string, string[]>();
    kinds.set(kind, cells.set(labelOf(cell), [...(cells.get(labelOf(cell)) ?? []), check]));
  }
  return [...kinds].map(([kind, cells]) => `  ${kind}\n${indented(cells)}`).join('\n');
}

/** Cells that have the same checks stand in one line. */
function indented(cells: ReadonlyMap<string, readonly string[]>): string {
  const lines = new Map<string, string[]>();
  for (const [cell, checks] of cells) lines.set(checks.join(', '), [...(lines.get(checks.join(', ')) ?? []), cell]);
  return [...lines].map(([checks, labels]) => `    [${checks}] ${labels.join(', ')}`).join('\n');
}
