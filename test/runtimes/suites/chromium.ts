import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { needProgram } from '../../interop/debian.ts';
import { runProgram } from '../child.ts';

const words = ['chromium', '--headless', '--no-sandbox', '--disable-gpu', '--js-flags=--expose-gc'];

/** Opens a page that runs the bundle in a headless Chromium, Debian's if there is none, and gives what the page reports. */
export async function runInChromium(folder: string, longestMs: number): Promise<string> {
  needProgram('chromium', 'chromium');
  const profile = await mkdtemp(join(tmpdir(), 'inmesh-chromium-'));
  const ended = new AbortController();
  let report: string | undefined;
  const server = createServer((request, response) => {
    if (request.method !== 'POST') return give(folder, request, response);
    void textOf(request).then((text) => {
      report = text;
      response.end(() => ended.abort());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const page = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`; // an address, since it listens on one
  const { said } = await runProgram([...words, `--user-data-dir=${profile}`, page], {
    longestMs,
    signal: ended.signal,
  });
  server.close();
  server.closeAllConnections();
  await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  if (report === undefined) throw new Error(said);
  return report;
}

/** The page and its two modules. */
function give(folder: string, { url = '' }: IncomingMessage, response: ServerResponse): void {
  if (url === '/') {
    response.setHeader('content-type', 'text/html').end('<script type="module" src="/page.mjs"></script>');
  } else if (url === '/page.mjs' || url === '/suites.mjs') {
    response.setHeader('content-type', 'text/javascript').end(readFileSync(join(folder, url)));
  } else response.writeHead(404).end();
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}
