import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { SeriesTree, type Series } from './series-tree.ts';

class Tally implements Series {
  readonly labels: string;
  total = 0;

  constructor(labels: string) {
    this.labels = labels;
  }

  reset(): void {
    this.total = 0;
  }

  text(name: string): string {
    return `${name}{${this.labels}} ${this.total}\n`;
  }
}

const OVERFLOW = 'otel_metric_overflow="true"';

function totals(tree: SeriesTree<Tally>): Map<string, number> {
  const found = new Map<string, number>();
  tree.forEach(({ labels, total }) => found.set(labels, total));
  return found;
}

/** What a tree does, in plain words: a map by label text. */
class Model {
  readonly series = new Map<string, number>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  count(labels: string): 'found' | 'made' | 'overflowed' {
    const own = this.series.size - (this.series.has(OVERFLOW) ? 1 : 0);
    const known = this.series.has(labels);
    const place = known || own < this.#max - 1 ? labels : OVERFLOW;
    this.series.set(place, (this.series.get(place) ?? 0) + 1);
    if (known) return 'found';
    return place === OVERFLOW ? 'overflowed' : 'made';
  }
}

const value = fc.constantFrom('', 'a', 'b', 'c', 'd');
const command = fc.record({ a: value, b: value, remove: fc.boolean(), asObject: fc.boolean() });

describe('SeriesTree', () => {
  it('never has more series than it may, and loses no count', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(fc.array(command, { maxLength: 80 }), fc.integer({ min: 1, max: 8 }), (commands, max) => {
        const tree = new SeriesTree(['a', 'b'], max, (labels) => new Tally(labels));
        const model = new Model(max);
        let counted = 0;
        for (const { a, b, remove, asObject } of commands) {
          const labels = `a="${a}",b="${b}"`;
          if (remove) {
            const lost = model.series.get(labels) ?? 0;
            const removed = tree.remove(asObject ? [{ a, b }] : [a, b]);
            expect(removed).toBe(model.series.delete(labels));
            seen.add(removed ? 'removed' : 'nothing to remove');
            counted -= lost;
          } else {
            seen.add(model.count(labels));
            (asObject ? tree.of({ a, b }) : tree.ofArguments([a, b])).total++;
            counted++;
          }
          expect(tree.size).toBe(model.series.size);
          expect(tree.size).toBeLessThanOrEqual(max);
        }
        expect(totals(tree)).toEqual(model.series);
        expect([...totals(tree).values()].reduce((sum, total) => sum + total, 0)).toBe(counted);
      }),
    );
    expect([...seen].sort()).toEqual(['found', 'made', 'nothing to remove', 'overflowed', 'removed']);
  });

  it('has one series for values that are alike in the text', () => {
    const tree = new SeriesTree(['a'], 10, (labels) => new Tally(labels));
    const series = tree.of({ a: '\uFFFD' });
    expect(tree.of({ a: '\uD800' })).toBe(series);
    expect(tree.of({ a: '\uDC00' })).toBe(series);
    expect(tree.peek({ a: '\uDBFF' })).toBe(series);
    expect(tree.of({ a: '\u{1F600}' })).not.toBe(series);
    expect(tree.of({ a: 200 })).toBe(tree.of({ a: '200' }));
    expect(tree.remove(['\uD801'])).toBe(true);
    expect(tree.size).toBe(2);
  });

  it('takes a label that is left out for an empty one, and only its own', () => {
    const tree = new SeriesTree(['a', 'constructor'], 10, (labels) => new Tally(labels));
    const series = tree.of({});
    expect(series.labels).toBe('a="",constructor=""');
    expect(tree.of({ a: undefined })).toBe(series);
    expect(tree.of({ a: '', constructor: '' })).toBe(series);
  });

  it('makes no series when it only looks', () => {
    const tree = new SeriesTree(['a'], 10, (labels) => new Tally(labels));
    expect(tree.peek({ a: 'x' })).toBeUndefined();
    expect(tree.size).toBe(0);
  });

  it('has one series without labels, from the start, that no bound concerns', () => {
    const tree = new SeriesTree([], 1, (labels) => new Tally(labels));
    expect(tree.size).toBe(1);
    expect(tree.remove([])).toBe(true);
    expect(tree.of({}).labels).toBe('');
  });

  it.each([
    { given: [{ b: 'x' }], error: 'unknown label: b; there are a' },
    { given: [{ a: {} }], error: 'label a must be a string or a number, got an object' },
    { given: [{ a: null }], error: 'label a must be a string or a number, got null' },
    { given: [true], error: 'label a must be a string or a number, got true' },
    { given: [], error: 'labels must get 1 values (a), got 0' },
    { given: ['x', 'y'], error: 'labels must get 1 values (a), got 2' },
  ])('refuses $given', ({ given, error }) => {
    const tree = new SeriesTree(['a'], 10, (labels) => new Tally(labels));
    expect(() => tree.ofArguments(given)).toThrow(error);
    expect(tree.size).toBe(0);
  });

  it('refuses labels that are no object', () => {
    const tree = new SeriesTree(['a'], 10, (labels) => new Tally(labels));
    expect(() => tree.of('x' as never)).toThrow(new TypeError('labels must be an object, got "x"'));
  });
});
