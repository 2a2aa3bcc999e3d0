import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { report } from './report.ts';
import type { Results } from './results.ts';
import { digits } from './tables.ts';

const folder = join(import.meta.dirname, '../../docs/benchmarks');
const OTHERS = /^(README|scale|soak|tripping)\b/; // of other reports, or written by hand
const committed = (name: string): string => readFileSync(join(folder, name), 'utf8');

describe('report', () => {
  it('gives of the committed results what is committed', () => {
    const files = report(JSON.parse(committed('results.json')) as Results);
    expect(Object.keys(files).sort()).toEqual(readdirSync(folder).filter((name) => !OTHERS.test(name)));
    for (const [name, text] of Object.entries(files)) expect(committed(name)).toBe(text);
  });
});

describe('digits', () => {
  it.each([
    [0, '0'],
    [0.0123, '0.012'],
    [1.2345, '1.23'],
    [56.04, '56'],
    [1234.5, '1,235'],
    [NaN, 'unknown'],
  ])('writes %d as %s', (value, text) => {
    expect(digits(value)).toBe(text);
  });
});
