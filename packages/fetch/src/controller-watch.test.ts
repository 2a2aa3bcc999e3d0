// No fetch of undici 8 runs on Node 20, so these tests speak its language to undici 7's agent, which knows it too.
import { once } from 'node:events';

import { Call } from '@inmesh/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Agent } from 'undici-7';

import { serve, type TestServer } from '../test-servers.ts';
import { Attempt } from './attempt.ts';
import type { Controller, ControllerHandler } from './controller-watch.ts';
import type { Dispatcher } from './dispatcher.ts';
import { Route } from './route.ts';

/** Hears of a request as fetch does. */
class Hearing extends EventTarget implements ControllerHandler {
  controller: Controller | undefined;
  status = 0;
  body = '';
  error: unknown;

  #tell(what: string): void {
    this.dispatchEvent(new Event(what));
  }

  onRequestStart(controller: Controller): void {
    this.controller = controller;
    this.#tell('start');
  }

  onResponseStart(controller: Controller, status: number): void {
    this.controller = controller;
    this.status = status;
  }

  onResponseData(_controller: Controller, chunk: unknown): void {
    this.body += String(chunk);
    this.#tell('data');
  }

  onResponseEnd(): void {
    this.#tell('end');
  }

  onResponseError(controller: Controller | undefined, error: unknown): void {
    this.error = error;
    controller?.abort(error); // as fetch does
    this.#tell('error');
  }

  onRequestUpgrade(): void {
    this.#tell('upgrade');
  }
}

function agent(connections?: number): Dispatcher {
  const made = new Agent(connections === undefined ? {} : { connections });
  onTestFinished(() => made.destroy());
  return made as unknown as Dispatcher; // undici types its handlers more narrowly than it calls them
}

function send(server: TestServer, base = agent(), signal?: AbortSignal) {
  const overs: unknown[] = [];
  const route = new Route(new URL('http://catalog.example/'), { origin: server.origin });
  const attempt = new Attempt(Call.start(undefined), signal, route, base);
  const hearing = new Hearing();
  const request = { origin: 'http://catalog.example', path: '/', method: 'GET', headers: {} };
  attempt.dispatch(request, hearing);
  attempt.hold({ over: (error) => overs.push(error) });
  return { attempt, hearing, overs };
}

const endless = (): Promise<TestServer> => serve((_, response) => response.writeHead(200).write('hello'));

describe('ControllerWatch', () => {
  it('sees a request to its end', async () => {
    const server = await serve((request, response) => response.end(request.headers.host));
    const { attempt, hearing, overs } = send(server);
    await once(hearing, 'end');
    expect(hearing).toMatchObject({ status: 200, body: 'catalog.example' });
    expect(attempt).toMatchObject({ dispatched: true, sent: true, isOver: true });
    expect(overs).toEqual([undefined]);
  });

  it('tells a cancel from a failure', async () => {
    const { hearing, overs } = send(await endless());
    await once(hearing, 'data');
    hearing.controller?.abort(new Error('enough'));
    expect(overs).toEqual([undefined]);
  });

  it('tells a body that cannot be decoded from a cancel', async () => {
    const { hearing, overs } = send(await endless());
    await once(hearing, 'data');
    const undecodable = Object.assign(new Error('incorrect header check'), { errno: -3, code: 'Z_DATA_ERROR' });
    hearing.controller?.abort(undecodable);
    expect(overs).toEqual([undecodable]);
  });

  it("tells the caller's abort from a cancel", async () => {
    const caller = new AbortController();
    const { hearing, overs } = send(await endless(), agent(), caller.signal);
    await once(hearing, 'data');
    caller.abort('gone');
    hearing.controller?.abort(new Error('as fetch does'));
    expect(overs).toEqual(['gone']);
  });

  it('sees a body die', async () => {
    const server = await endless();
    const { hearing, overs } = send(server);
    await once(hearing, 'data');
    server.requests[0]?.socket.destroy();
    await once(hearing, 'error');
    expect(overs).toEqual([expect.objectContaining({ code: 'UND_ERR_SOCKET' })]);
    expect(overs[0]).toBe(hearing.error);
  });

  it('aborts a request on the wire', async () => {
    const server = await endless();
    const { attempt, hearing, overs } = send(server);
    await once(hearing, 'data');
    attempt.abort('enough');
    expect(overs).toEqual(['enough']);
    expect(hearing.error).toMatchObject({ message: 'aborted', cause: 'enough' });
    await server.closed(1);
  });

  it('aborts a request that waits for a connection, which is not sent', async () => {
    const server = await serve(() => {});
    const base = agent(1);
    const first = send(server, base);
    await server.seen(1);
    const { attempt, hearing, overs } = send(server, base);
    attempt.abort('enough');
    expect(overs).toEqual(['enough']);
    expect(hearing.controller).toBeUndefined();
    expect(attempt.sent).toBe(false);
    first.attempt.abort('make room');
    await server.closed(1);
    expect(server.requests).toHaveLength(1);
  });

  it('shows fetch the controller as it is', async () => {
    const { hearing } = send(await endless());
    await once(hearing, 'data');
    const { controller } = hearing;
    expect(controller).toMatchObject({ aborted: false, paused: false });
    expect(controller?.rawHeaders).toBeInstanceOf(Array);
    controller?.pause();
    expect(controller?.paused).toBe(true);
    controller?.resume();
    expect(controller?.paused).toBe(false);
    const reason = new Error('enough');
    controller?.abort(reason);
    expect(controller).toMatchObject({ aborted: true, reason });
  });
});
