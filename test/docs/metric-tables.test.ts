import { createRegistry, measured } from '@inmesh/metrics';
import { describe, expect, it } from 'vitest';
import { read } from './markdown.ts';
import { codeIn, rowsIn } from './tables.ts';

describe('the metrics in the README', () => {
  it('are those that `measured` makes, each of its kind', () => {
    const registry = createRegistry();
    measured(registry).close();
    const made = [...registry.metrics().matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name, kind]) => `${name} ${kind}`);
    const said = rowsIn(read('packages/metrics/README.md'))
      .filter(([name, kind = '']) => name !== '' && ['counter', 'gauge', 'histogram'].includes(kind))
      .map(([name = '', kind = '']) => `${codeIn(name).join()} ${kind}`);
    expect(said.sort()).toEqual(made.sort());
  });
});
