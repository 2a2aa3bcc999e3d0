import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createRegistry } from './registry.ts';

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Reads the text format 0.0.4, letter by letter as its specification has it. */
function parse(text: string): { help: Map<string, string>; types: Map<string, string>; samples: Sample[] } {
  const read = { help: new Map<string, string>(), types: new Map<string, string>(), samples: [] as Sample[] };
  expect(text.endsWith('\n')).toBe(true);
  for (const line of text.slice(0, -1).split('\n')) {
    const [, comment, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/s.exec(line) ?? [];
    if (comment === 'HELP') read.help.set(name, unescape(rest));
    else if (comment === 'TYPE') read.types.set(name, rest);
    else read.samples.push(sampleOf(line));
  }
  return read;
}

function sampleOf(line: string): Sample {
  const [, name, pairs = '', value] = /^([^\s{]+)(?:\{((?:[^"}]|"(?:[^"\\]|\\.)*")*)\})? (\S+)$/s.exec(line) ?? [];
  if (name === undefined || value === undefined) throw new Error(`not a sample: ${line}`);
  const labels = [...pairs.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"(?:,|$)/gs)].map(([, label, text]) => [
    label,
    unescape(text ?? ''),
  ]);
  const number = value === '+Inf' ? Infinity : value === '-Inf' ? -Infinity : Number(value);
  return { name, labels: Object.fromEntries(labels), value: number };
}

const unescape = (text: string) =>
  text.replaceAll(/\\([\\n"])/g, (_, letter: string) => (letter === 'n' ? '\n' : letter));

const nasty = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom('"', '\\', '\n', 'n', '{', '}', ',', '=', ' ', '\r', '#', 'é', '\u{1F600}', '\u2028'),
  }),
);
const number = fc.oneof(fc.double(), fc.integer());

describe('metrics()', () => {
  it('reads back as what was counted, whatever the labels', () => {
    fc.assert(
      fc.property(
        nasty.filter((help) => help.trim() !== ''),
        fc.array(fc.tuple(nasty, nasty, number), { maxLength: 20 }),
        (help, sets) => {
          const registry = createRegistry();
          const depth = registry.gauge({ name: 'depth', help, labelNames: ['a', 'b'] });
          const model = new Map<string, Sample>();
          for (const [a, b, value] of sets) {
            depth.set({ a, b }, value);
            model.set(JSON.stringify([a, b]), { name: 'depth', labels: { a, b }, value: value === 0 ? 0 : value });
          }
          const read = parse(registry.metrics());
          expect(read.help.get('depth')).toBe(help);
          expect(read.types.get('depth')).toBe('gauge');
          expect(byLabels(read.samples)).toEqual(byLabels([...model.values()]));
        },
      ),
    );
  });

  it('reads the same twice', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(nasty, nasty)), (pairs) => {
        const registry = createRegistry({ maxSeries: 5 });
        const calls = registry.counter({ name: 'calls_total', help: 'Calls.', labelNames: ['a', 'b'] });
        for (const [a, b] of pairs) calls.inc({ a, b });
        const text = registry.metrics();
        expect(registry.metrics()).toBe(text);
        expect(parse(text).samples.reduce((sum, { value }) => sum + value, 0)).toBe(pairs.length);
      }),
    );
  });
});

function byLabels(samples: readonly Sample[]): Sample[] {
  return [...samples].sort((one, other) => (JSON.stringify(one.labels) < JSON.stringify(other.labels) ? -1 : 1));
}
