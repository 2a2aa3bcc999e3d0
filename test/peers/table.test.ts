import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { faults } from './faults.ts';
import { peers } from './peers.ts';
import { tableOf } from './table.ts';

describe('the table in the README', () => {
  it('has a row for every fault that is replayed, as it is replayed', () => {
    const page = readFileSync(join(import.meta.dirname, 'README.md'), 'utf8');
    const table = page.split('\n').filter((line) => line.startsWith('|'));
    expect(table.join('\n')).toBe(tableOf(faults, peers));
  });
});

describe('the faults', () => {
  it('have names of their own', () => {
    expect(new Set(faults.map(({ fault }) => fault)).size).toBe(faults.length);
  });

  it('name their reports as owner/repository#number', () => {
    const reports = faults.flatMap((fault) => fault.reports);
    expect(reports.filter((report) => !/^[\w.-]+\/[\w.-]+#\d+$/.test(report))).toEqual([]);
  });
});
