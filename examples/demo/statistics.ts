import type { CallResult } from './open-loop.ts';

/** What the table says of one way. */
export interface Summary {
  readonly calls: number;
  /** 0 to 1. */
  readonly successRate: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
  /** How many calls failed of what, the most frequent first. */
  readonly failures: readonly (readonly [what: string, count: number])[];
}

export function summarize(results: readonly CallResult[]): Summary {
  const latencies = results.map(({ latencyMs }) => latencyMs).sort((a, b) => a - b);
  const failures = new Map<string, number>();
  for (const { failure } of results) {
    if (failure !== undefined) failures.set(failure, (failures.get(failure) ?? 0) + 1);
  }
  return {
    calls: results.length,
    successRate: results.filter(({ failure }) => failure === undefined).length / results.length,
    p50: quantile(latencies, 0.5),
    p90: quantile(latencies, 0.9),
    p99: quantile(latencies, 0.99),
    max: quantile(latencies, 1),
    failures: [...failures].sort(([, a], [, b]) => b - a),
  };
}

/** The smallest value that this share of the sorted values does not exceed. */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/** The share of failed calls among those that were to start in each second. */
export function failureShares(results: readonly CallResult[], seconds: number): number[] {
  const all = Array.from({ length: seconds }, () => ({ calls: 0, failed: 0 }));
  for (const { at, failure } of results) {
    const second = all[Math.floor(at / 1000)];
    if (second === undefined) continue;
    second.calls++;
    if (failure !== undefined) second.failed++;
  }
  return all.map(({ calls, failed }) => (calls === 0 ? 0 : failed / calls));
}
