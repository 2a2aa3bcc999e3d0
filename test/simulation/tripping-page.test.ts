import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { files } from './tripping/page.ts';
import type { Study } from './tripping/study.ts';

const read = (path: string): string => readFileSync(join(import.meta.dirname, '../../docs', path), 'utf8');
const rows = (page: string): string[] => page.split('\n').filter((line) => line.startsWith('| '));

describe('the page on when a breaker opens', () => {
  const found = files(JSON.parse(read('benchmarks/tripping.json')) as Study); // which the script wrote

  it.each(Object.keys(found).filter((name) => name.endsWith('.md')))('is what was found: %s', (name) => {
    expect(read(`benchmarks/${name}`)).toBe(found[name]);
  });

  it('has every number that the guide has', () => {
    expect(rows(read('sequential-test.md')).length).toBeGreaterThan(10);
    expect(rows(read('benchmarks/tripping.md'))).toEqual(expect.arrayContaining(rows(read('sequential-test.md'))));
  });

  it('has a promise kept within 0.8 to 2 times at every rate, over thirty openings or more', () => {
    const { promises } = JSON.parse(read('benchmarks/tripping.json')) as Study;
    expect(promises.map(({ perSecond }) => perSecond)).toEqual([0.1, 1, 100, 10_000]);
    for (const { falseTripEveryMs, meanMs, trips } of promises) {
      expect(trips).toBeGreaterThanOrEqual(30);
      expect(meanMs / falseTripEveryMs).toBeGreaterThan(0.8);
      expect(meanMs / falseTripEveryMs).toBeLessThan(2);
    }
  });
});
