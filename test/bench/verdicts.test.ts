import { describe, expect, it } from 'vitest';

import type { Measured } from './job.ts';
import type { Found, Runtime } from './results.ts';
import { verdicts } from './verdicts.ts';

const at = (median: number) => ({ ns: { median, lower: median, upper: median } });

function runtime(group: string, cases: readonly Measured[]): Runtime {
  const found: Found = { group, work: 'Work', meter: 'clock', cases };
  return { node: '20.0.0', v8: '11', groups: [found] };
}

describe('verdicts', () => {
  it('compares what is added to the bare call, with every version of a peer', () => {
    const found = verdicts(
      runtime('breaker', [
        { by: 'bare', ...at(50) },
        { by: 'inmesh', ...at(150) },
        { by: 'cockatiel 3.2.1', ...at(250) },
        { by: 'cockatiel 4.0.0', ...at(150) },
        { by: 'opossum 9.0.0', ...at(1_050) },
        { by: 'opossum 9.0.0', how: 'defaults', ...at(100) },
      ]),
    );
    expect(found.map(({ what, value, whole, says }) => ({ what, value, whole, says }))).toEqual([
      { what: 'cockatiel 3.2.1', value: 0.5, whole: 0.6, says: 'goal met' },
      { what: 'cockatiel 4.0.0', value: 1, whole: 1, says: 'missed' },
      { what: 'opossum 9.0.0', value: 0.1, whole: 150 / 1_050, says: 'goal met' },
    ]);
  });

  it('subtracts nothing where no call is wrapped', () => {
    const found = verdicts(
      runtime('counter-bound', [
        { by: 'bare', ...at(50) },
        { by: 'inmesh', ...at(4) },
        { by: 'prom-client 15.1.3', ...at(100) },
      ]),
    );
    expect(found).toMatchObject([{ what: 'prom-client 15.1.3', value: 0.04, whole: undefined, says: 'met' }]);
  });

  it('says by bytes and counts too, and that what was not found is missed', () => {
    const counts = { timers: 0.5, immediates: 0, abortControllers: 0, signals: 0, promises: 3 };
    const found = verdicts(
      runtime('stack', [
        { by: 'bare', bytes: 200, ...at(50) },
        { by: 'inmesh', counts, ...at(250) },
      ]),
    );
    expect(found.map(({ what, says }) => [what, says])).toEqual([
      ['time, over the bare call', 'goal met'],
      ['allocated, over the bare call', 'missed'],
      ['AbortControllers per call', 'met'],
    ]);
  });

  it('judges only what was measured', () => {
    expect(verdicts(runtime('retry', []))).toEqual([]);
  });
});
