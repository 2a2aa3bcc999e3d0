import { readFileSync } from 'node:fs';

import type { Stryker } from '@stryker-mutator/core';

/** One mutant and what became of it. Its lines and columns count from 1. */
export type Mutant = Awaited<ReturnType<Stryker['runMutationTest']>>[number];

/** A mutant that no test noticed: a line of the source, and what became of it. */
export interface Survivor {
  readonly before: string;
  readonly after: string;
}

/** What became of the mutants of one file. */
export interface FileResult {
  /** When it was run: the day. */
  readonly on: string;
  /** By a test that failed. */
  readonly killed: number;
  /** By tests that did not end. */
  readonly timedOut: number;
  readonly survivors: readonly Survivor[];
}

export interface Results {
  /** With what it was run. */
  readonly versions: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, FileResult>>;
}

/** How many of a file's mutants died, 0 to 1. */
export function score({ killed, timedOut, survivors }: FileResult): number {
  const died = killed + timedOut;
  return died / (died + survivors.length);
}

export function fileResult(source: string, mutants: readonly Mutant[], on: string): FileResult {
  const having = (...statuses: readonly Mutant['status'][]) =>
    mutants.filter(({ status }) => statuses.includes(status));
  return {
    on,
    killed: having('Killed').length,
    timedOut: having('Timeout').length,
    survivors: having('Survived', 'NoCoverage').map((mutant) => survivor(source, mutant)),
  };
}

/** Only the first line of what was replaced, if it was several. */
function survivor(source: string, { location, replacement }: Mutant): Survivor {
  const lines = source.split('\n');
  const { start, end } = location;
  const first = lines[start.line - 1] ?? '';
  const last = lines[end.line - 1] ?? '';
  const after = first.slice(0, start.column - 1) + replacement + last.slice(end.column - 1);
  return { before: first.trim(), after: after.replaceAll(/\s*\n\s*/g, ' ').trim() };
}

export function readResults(): Results {
  return JSON.parse(readFileSync(`${import.meta.dirname}/results.json`, 'utf8')) as Results;
}
