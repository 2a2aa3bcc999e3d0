import type { Counter, CounterSeries, GaugeSeries, HistogramSeries, Registry } from '@inmesh/metrics';

import { totalTimeoutMs } from './services.ts';

/** How one call ended. */
export interface CallResult {
  /** When it was to start, in ms since the start. */
  readonly at: number;
  /** From then to the end of the right answer; of a failed or unfinished call the total timeout. In ms. */
  readonly latencyMs: number;
  /** What went wrong; `undefined` if it got the right answer. */
  readonly failure?: string | undefined;
}

/** What the table says of the calls of one way. Times are in ms. */
export interface Summary {
  readonly calls: number;
  /** 0 to 1. */
  readonly successRate: number;
  /** At most 1 % off, as the histogram has them. */
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
  readonly attemptsPerCall: number;
  /** How late the client itself was at worst in starting a call: much of it means that the machine was busy. */
  readonly latestStart: number;
  /** How many calls failed of what, the most frequent first. */
  readonly failures: readonly (readonly [what: string, count: number])[];
}

const buckets = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, totalTimeoutMs / 1000];

/** What the client counts of its calls, whichever way they go. */
export class Meters {
  readonly #duration: HistogramSeries;
  readonly #longest: GaugeSeries;
  readonly #latestStart: GaugeSeries;
  readonly #requests: CounterSeries;
  readonly #calls: Counter<'failure'>;
  readonly #right: CounterSeries;
  readonly #failures = new Map<string, CounterSeries>();

  constructor(registry: Registry) {
    const duration =
      'From the time a call was scheduled for to its right answer; of one that failed the total timeout.';
    this.#duration = registry.histogram({ name: 'demo_call_duration_seconds', help: duration, buckets }).labels();
    this.#longest = registry.gauge({ name: 'demo_call_duration_max_seconds', help: 'The longest of them.' }).labels();
    const late = 'How late the client was at worst in starting a call.';
    this.#latestStart = registry.gauge({ name: 'demo_client_late_max_seconds', help: late }).labels();
    const requests = 'Requests the calls sent, those that found no connection included.';
    this.#requests = registry.counter({ name: 'demo_requests_total', help: requests }).labels();
    const calls = 'Calls that ended, by what went wrong.';
    this.#calls = registry.counter({ name: 'demo_calls_total', help: calls, labelNames: ['failure'] });
    this.#right = this.#calls.labels('');
  }

  sent(): void {
    this.#requests.inc();
  }

  started(lateMs: number): void {
    raise(this.#latestStart, lateMs / 1000);
  }

  ended({ latencyMs, failure }: CallResult): void {
    this.#duration.observe(latencyMs / 1000);
    raise(this.#longest, latencyMs / 1000);
    if (failure === undefined) this.#right.inc();
    else this.#of(failure).inc();
  }

  /** Forgets the requests of calls that were not to be counted. */
  forgetRequests(): void {
    this.#requests.reset();
  }

  get calls(): number {
    return this.#duration.count;
  }

  get failed(): number {
    return this.calls - this.#right.value;
  }

  get summary(): Summary {
    return {
      calls: this.calls,
      successRate: this.#right.value / this.calls,
      p50: this.#quantileMs(0.5),
      p90: this.#quantileMs(0.9),
      p99: this.#quantileMs(0.99),
      max: this.#longest.value * 1000,
      attemptsPerCall: this.#requests.value / this.calls,
      latestStart: this.#latestStart.value * 1000,
      failures: [...this.#failures].map(([what, { value }]) => [what, value] as const).sort(([, a], [, b]) => b - a),
    };
  }

  #of(failure: string): CounterSeries {
    let series = this.#failures.get(failure);
    if (series === undefined) this.#failures.set(failure, (series = this.#calls.labels(failure)));
    return series;
  }

  /** Never above the longest, which is exact. */
  #quantileMs(q: number): number {
    return Math.min(this.#duration.quantile(q), this.#longest.value) * 1000;
  }
}

function raise(gauge: GaugeSeries, value: number): void {
  if (value > gauge.value) gauge.set(value);
}
