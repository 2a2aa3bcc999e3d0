import { endpoint, Key, type Call, type Endpoint, type Verdict } from '@inmesh/core';

import { addressOf } from './address.ts';
import type { Counter } from './counter.ts';
import { errorType, policyError } from './error-type.ts';
import type { Gauge, GaugeSeries } from './gauge.ts';
import type { Histogram } from './histogram.ts';
import type { Registry } from './registry.ts';

/** What an adapter for HTTP may note of a call: found by name, for this package knows no HTTP. */
const httpMethod = new Key<string | undefined>('inmesh:http-method', undefined);
const httpStatus = new Key<number | undefined>('inmesh:http-status', undefined);

/** OpenTelemetry's bounds for `http.client.request.duration`, in seconds. */
export const SECONDS: readonly number[] = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

const TO_END = [...SECONDS, 30, 60, 300]; // a body may be a stream
const ATTEMPTS = [1, 2, 3, 4, 5, 8, 13];

/** The metrics of calls. */
export class CallMeters {
  readonly #active: Gauge<'operation'>;
  readonly #toHead: Histogram<string>;
  readonly #toEnd: Histogram<'operation' | 'error_type'>;
  readonly #attempts: Histogram<'operation'>;
  readonly #sendings: Counter<'server_address' | 'server_port'>;
  readonly #ended: Counter<'operation' | 'policy' | 'reason'>;
  readonly #cancelled: Counter<'operation'>;

  constructor(registry: Registry, prefix: string, buckets: readonly number[]) {
    this.#active = registry.gauge({
      name: `${prefix}_active_requests`,
      help: 'Calls that are not over: that wait for an answer, or whose body is not read.',
      labelNames: ['operation'],
    });
    this.#toHead = registry.histogram<string>({
      name: `${prefix}_request_duration_seconds`,
      help: 'How long calls took until they settled: for a response, until its head came.',
      labelNames: HEAD_LABELS,
      buckets,
    });
    this.#toEnd = registry.histogram({
      name: 'upstream_rq_time_seconds',
      help: 'How long calls took until they were over: for a response, until its body was.',
      labelNames: ['operation', 'error_type'],
      buckets: TO_END,
    });
    this.#attempts = registry.histogram({
      name: 'upstream_rq_attempts',
      help: 'How many attempts a call had, retries and hedges included.',
      labelNames: ['operation'],
      buckets: ATTEMPTS,
    });
    this.#sendings = registry.counter({
      name: 'upstream_rq_total',
      help: 'How often a balancer chose an endpoint.',
      labelNames: ['server_address', 'server_port'],
    });
    this.#ended = registry.counter({
      name: 'upstream_rq_ended_total',
      help: 'Calls that a policy ended, by its name and the code of its error: refusals and timeouts.',
      labelNames: ['operation', 'policy', 'reason'],
    });
    this.#cancelled = registry.counter({
      name: 'upstream_rq_cancelled_total',
      help: 'Calls that their callers gave up.',
      labelNames: ['operation'],
    });
  }

  /** A call began: gives what counts those in flight. */
  began(call: Call): GaugeSeries {
    const active = this.#active.labels(call.name);
    active.inc();
    return active;
  }

  /** A call settled: gives its error type. */
  settled(call: Call, verdict: Verdict, error: unknown, seconds: number): string {
    const { value: noted } = call.noted(httpMethod).next();
    const method = typeof noted === 'string' ? noted : '';
    const { value: code } = call.noted(httpStatus).next();
    const status = typeof code === 'number' ? String(code) : '';
    const type = errorType(error, verdict, status, isGivenUp(call, verdict));
    const last = this.#countSendings(call);
    const { host, port } = last === undefined ? NOWHERE : addressOf(last);
    this.#toHead.labels(call.name, method, status, host, port, type).observe(seconds);
    this.#attempts.labels(call.name).observe(call.attempts);
    return type;
  }

  /** A call is over. `settledAs` is the error type it settled with. */
  over(call: Call, verdict: Verdict, error: unknown, settledAs: string, seconds: number): void {
    const type = error === undefined ? settledAs : errorType(error, verdict, '', isGivenUp(call, verdict));
    this.#toEnd.labels(call.name, type).observe(seconds);
    const ours = policyError(error);
    if (ours !== undefined) this.#ended.labels(call.name, ours.policy, ours.code).inc();
    else if (error !== undefined && isGivenUp(call, verdict)) this.#cancelled.labels(call.name).inc();
  }

  /** Counts every sending that a balancer noted, and gives the last endpoint. */
  #countSendings(call: Call): Endpoint | undefined {
    let last: Endpoint | undefined;
    for (const chosen of call.noted(endpoint)) {
      if (chosen === undefined) continue;
      const { host, port } = addressOf(chosen);
      this.#sendings.labels(host, port).inc();
      last ??= chosen;
    }
    return last;
  }
}

/** Did its caller end it, and not because it took too long? */
function isGivenUp(call: Call, { health }: Verdict): boolean {
  return call.aborted && health === 'ignorable';
}

const HEAD_LABELS = [
  'operation',
  'http_request_method',
  'http_response_status_code',
  'server_address',
  'server_port',
  'error_type',
];
const NOWHERE = { host: '', port: '' };
