import {
  begin,
  Call,
  compose,
  endpoint,
  FAILURE,
  Key,
  listenerChannel,
  RejectedError,
  run,
  SUCCESS,
  wrap,
  type Policy,
} from '@inmesh/core';
import { toEndpoint } from '@inmesh/core/endpoints';
import { HeldResult, heldProtocol, scriptedHandler, virtualClock } from '@inmesh/core/testing';
import { describe, expect, it } from 'vitest';

import { measured, type MeasuredOptions } from './measured.ts';
import { createRegistry } from './registry.ts';

class Full extends RejectedError {
  static readonly code = 'ERR_FULL';
  override readonly code = 'ERR_FULL';
}

const head = (labels: Partial<Record<string, string>>) => {
  const all = {
    operation: '',
    http_request_method: '',
    http_response_status_code: '',
    server_address: '',
    server_port: '',
    error_type: '',
    ...labels,
  };
  return `{${Object.entries(all)
    .map(([name, value]) => `${name}="${value}"`)
    .join(',')}}`;
};

function setUp(options: MeasuredOptions = {}) {
  const clock = virtualClock();
  const registry = createRegistry();
  const policy = measured(registry, { clock, ...options });
  const lines = (name: string) =>
    registry
      .metrics()
      .split('\n')
      .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  return { clock, registry, policy, lines };
}

/** What a balancer does: binds an endpoint for what is inside, and notes it. */
const sentTo =
  (...origins: string[]): Policy =>
  (next) =>
    async function sent(call) {
      for (const origin of origins) call.note(endpoint, toEndpoint(origin));
      return next(call);
    };

describe('measured', () => {
  it('times a call to its head and to its end', async () => {
    const { clock, policy, lines } = setUp();
    const server = scriptedHandler<HeldResult>();
    const call = Call.start(undefined, { name: 'getUser', protocol: heldProtocol });
    const result = begin(policy(server.handler), call);
    expect(lines('http_client_active_requests')).toEqual(['http_client_active_requests{operation="getUser"} 1']);
    const sending = await server.next();
    await clock.advance(250);
    const body = new HeldResult();
    sending.respond(body);
    await result;
    const labels = head({ operation: 'getUser' });
    expect(lines('http_client_request_duration_seconds_sum')).toEqual([
      `http_client_request_duration_seconds_sum${labels} 0.25`,
    ]);
    expect(lines('upstream_rq_time_seconds_count')).toEqual([]);
    expect(lines('http_client_active_requests')).toEqual(['http_client_active_requests{operation="getUser"} 1']);

    await clock.advance(500);
    body.end();
    expect(body.holders).toBe(0);
    expect(lines('upstream_rq_time_seconds_sum')).toEqual([
      'upstream_rq_time_seconds_sum{operation="getUser",error_type=""} 0.75',
    ]);
    expect(lines('http_client_active_requests')).toEqual(['http_client_active_requests{operation="getUser"} 0']);
    policy.close();
  });

  it('counts a body that died as a failure of its end, not of its head', async () => {
    const { policy, lines } = setUp();
    const body = new HeldResult();
    await run(policy, () => body, { name: 'get', protocol: heldProtocol });
    body.end(Object.assign(new Error('reset'), { code: 'ECONNRESET' }));
    expect(lines('http_client_request_duration_seconds_count')).toEqual([
      `http_client_request_duration_seconds_count${head({ operation: 'get' })} 1`,
    ]);
    expect(lines('upstream_rq_time_seconds_count')).toEqual([
      'upstream_rq_time_seconds_count{operation="get",error_type="ECONNRESET"} 1',
    ]);
    policy.close();
  });

  it('counts failed answers by status, and what adapters noted of them', async () => {
    const { policy, lines } = setUp();
    const noting: Policy = (next) => (call) => {
      call.note(new Key<string | undefined>('inmesh:http-method', undefined), 'GET');
      call.note(new Key<number | undefined>('inmesh:http-status', undefined), 500);
      call.note(new Key<number | undefined>('inmesh:http-status', undefined), 503);
      return next(call);
    };
    const body = new HeldResult(FAILURE);
    await run(compose(policy, noting), () => body, { name: 'get', protocol: heldProtocol });
    body.end();
    const labels = {
      operation: 'get',
      http_request_method: 'GET',
      http_response_status_code: '503',
      error_type: '503',
    };
    expect(lines('http_client_request_duration_seconds_count')).toEqual([
      `http_client_request_duration_seconds_count${head(labels)} 1`,
    ]);
    expect(lines('upstream_rq_time_seconds_count')).toEqual([
      'upstream_rq_time_seconds_count{operation="get",error_type="503"} 1',
    ]);
    policy.close();
  });

  it('counts sendings by endpoint', async () => {
    const { policy, lines } = setUp();
    const getUser = wrap(compose(policy, sentTo('http://a:1', 'http://b:2', 'http://a:1')), () => 'user', {
      name: 'get',
    });
    await getUser();
    await run(policy, () => 'no balancer');
    expect(lines('upstream_rq_total')).toEqual([
      'upstream_rq_total{server_address="a",server_port="1"} 2',
      'upstream_rq_total{server_address="b",server_port="2"} 1',
    ]);
    const labels = head({ operation: 'get', server_address: 'a', server_port: '1' });
    expect(lines('http_client_request_duration_seconds_count')[0]).toBe(
      `http_client_request_duration_seconds_count${labels} 1`,
    );
    policy.close();
  });

  it('counts the attempts of each call, with a balancer or without, also of one that failed', async () => {
    const { policy, lines } = setUp();
    const thrice: Policy = (next) => async (call) => {
      for (const fork of [call, call.forkAttempt()]) await next(fork).catch(() => {});
      return next(call.forkAttempt());
    };
    const name = 'get';
    await run(policy, () => 'user', { name });
    await run(compose(policy, sentTo('http://a:1', 'http://b:2')), () => 'user', { name });
    await run(compose(policy, thrice), () => 'user', { name });
    await expect(run(compose(policy, thrice), () => Promise.reject(new Error('down')), { name })).rejects.toThrow(
      'down',
    );
    expect(lines('upstream_rq_attempts_bucket').slice(0, 3)).toEqual([
      'upstream_rq_attempts_bucket{operation="get",le="1"} 2',
      'upstream_rq_attempts_bucket{operation="get",le="2"} 2',
      'upstream_rq_attempts_bucket{operation="get",le="3"} 4',
    ]);
    expect(lines('upstream_rq_attempts_sum')).toEqual(['upstream_rq_attempts_sum{operation="get"} 8']);
    policy.close();
  });

  it('counts what a policy ended by its name and code', async () => {
    const { policy, lines } = setUp();
    const refusing: Policy = () => () => Promise.reject(new Full('full', { policy: 'bulkhead' }));
    const call = run(compose(policy, refusing), () => 'never', { name: 'get' });
    await expect(call).rejects.toThrow(Full);
    expect(lines('upstream_rq_ended_total')).toEqual([
      'upstream_rq_ended_total{operation="get",policy="bulkhead",reason="ERR_FULL"} 1',
    ]);
    expect(lines('http_client_request_duration_seconds_count')).toEqual([
      `http_client_request_duration_seconds_count${head({ operation: 'get', error_type: 'ERR_FULL' })} 1`,
    ]);
    expect(lines('upstream_rq_cancelled_total')).toEqual([]);
    policy.close();
  });

  it('counts a call that its caller gave up as cancelled, not as failed', async () => {
    const { policy, lines } = setUp();
    const caller = new AbortController();
    const server = scriptedHandler<string>();
    const call = begin(policy(server.handler), Call.start(undefined, { name: 'get', signal: caller.signal }));
    const sending = await server.next();
    caller.abort(new Error('gone'));
    sending.fail(caller.signal.reason);
    await expect(call).rejects.toThrow('gone');
    expect(lines('upstream_rq_cancelled_total')).toEqual(['upstream_rq_cancelled_total{operation="get"} 1']);
    expect(lines('upstream_rq_time_seconds_count')).toEqual([
      'upstream_rq_time_seconds_count{operation="get",error_type=""} 1',
    ]);
    policy.close();
  });

  it('counts what nobody gave up as no success, also if it says nothing about the other side', async () => {
    const { policy, lines } = setUp();
    const foreign = Object.assign(new Error('aborted'), { name: 'AbortError' });
    await expect(run(policy, () => Promise.reject(foreign), { name: 'get' })).rejects.toBe(foreign);
    expect(lines('upstream_rq_cancelled_total')).toEqual([]);
    expect(lines('upstream_rq_time_seconds_count')).toEqual([
      'upstream_rq_time_seconds_count{operation="get",error_type="AbortError"} 1',
    ]);
    policy.close();
  });

  it('bears a policy inside that throws', async () => {
    const { policy, lines } = setUp();
    const thrower: Policy = () => () => {
      throw new RangeError('no');
    };
    const handler = compose(policy, thrower)(async () => 'unreached');
    await expect(handler(Call.start(undefined, { name: 'get' }))).rejects.toThrow('no');
    expect(lines('http_client_active_requests')).toEqual(['http_client_active_requests{operation="get"} 0']);
    policy.close();
  });

  it('leaves nothing in flight, however calls end', async () => {
    const { policy, lines } = setUp();
    const call = wrap(policy, (_, outcome: unknown) => {
      if (outcome === 'good') return outcome;
      throw outcome;
    });
    for (const outcome of ['good', new Error('bad'), new Full('full', { policy: 'p' }), undefined, 'text'])
      await call(outcome).catch(() => {});
    expect(lines('http_client_active_requests')).toEqual(['http_client_active_requests{operation=""} 0']);
    expect(lines('upstream_rq_time_seconds_count')).toHaveLength(4);
    policy.close();
  });

  it('counts a call whose error cannot be read, and passes it on', async () => {
    const { policy, lines } = setUp();
    const fail = (): never => {
      throw new Error('trap');
    };
    const coy = Object.defineProperty(new Error('down'), 'code', { get: fail });
    const shut: unknown = new Proxy({}, { get: fail, getPrototypeOf: fail });
    for (const error of [coy, shut]) {
      let caught: unknown;
      await run(policy, () => Promise.reject(error)).catch((each: unknown) => {
        caught = each; // given back, it would be asked for a `then`
      });
      expect(caught === error).toBe(true);
    }
    expect(lines('http_client_active_requests')).toEqual(['http_client_active_requests{operation=""} 0']);
    expect(lines('http_client_request_duration_seconds_count')).toEqual([
      `http_client_request_duration_seconds_count${head({ error_type: 'Error' })} 1`,
    ]);
    policy.close();
  });

  it('passes results and errors on as they are', async () => {
    const { policy } = setUp();
    const result = { id: 7 };
    const error = new Error('no');
    expect(await run(policy, () => result)).toBe(result);
    await expect(run(policy, () => Promise.reject(error))).rejects.toBe(error);
    policy.close();
  });

  it('harms no call when it fails itself', async () => {
    const heard: string[] = [];
    const stop = listenerChannel.subscribe(({ to }) => heard.push(to));
    const registry = createRegistry();
    let calls = 0;
    const broken = { ...virtualClock(), now: () => (++calls % 2 === 1 ? 0 : NaN) };
    const policy = measured(registry, { clock: broken });
    expect(await run(policy, () => 'fine')).toBe('fine');
    stop();
    expect(heard).toContain('measured');
    expect(registry.metrics()).toContain('http_client_active_requests{operation=""} 0\n');
    policy.close();
  });

  it('asks its judge before the protocol', async () => {
    const { policy, lines } = setUp({ judge: { ofResult: (result) => (result === 'bad' ? FAILURE : SUCCESS) } });
    await run(policy, () => 'bad');
    expect(lines('upstream_rq_time_seconds_count')).toEqual([
      'upstream_rq_time_seconds_count{operation="",error_type="_OTHER"} 1',
    ]);
    policy.close();
  });

  it('goes on counting what is in flight when the registry is reset', async () => {
    const { policy, registry, lines } = setUp();
    const server = scriptedHandler<string>();
    const result = policy(server.handler)(Call.start(undefined, { name: 'get' }));
    registry.reset();
    expect(lines('http_client_active_requests')).toEqual(['http_client_active_requests{operation="get"} 1']);
    (await server.next()).respond('done');
    await result;
    expect(lines('http_client_active_requests')).toEqual(['http_client_active_requests{operation="get"} 0']);
    policy.close();
  });

  it('counts a call whose notes are not what they should be', async () => {
    const { policy, lines } = setUp();
    const odd: Policy = (next) => (call) => {
      call.note(new Key<unknown>('inmesh:http-method', ''), { method: 'GET' });
      call.note(new Key<unknown>('inmesh:http-status', 0), '200');
      return next(call);
    };
    await run(compose(policy, odd), () => 'fine');
    expect(lines('http_client_request_duration_seconds_count')).toEqual([
      `http_client_request_duration_seconds_count${head({})} 1`,
    ]);
    policy.close();
  });

  it('counts calls after it was closed', async () => {
    const { policy, lines } = setUp();
    policy.close();
    await run(policy, () => 'fine');
    expect(lines('upstream_rq_time_seconds_count')).toHaveLength(1);
  });
});
