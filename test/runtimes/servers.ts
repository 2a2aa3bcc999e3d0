// The servers of the matrix, in a process of their own. It prints their addresses as one line of JSON, and ends with its input.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createSecureServer } from 'node:http2';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';

import { answer, control, Memory, type Others, type Request, type Response } from './answers.ts';
import { createProxy } from './proxy.ts';

const memory = new Memory();

const certificate = (name: string): { readonly key: Buffer; readonly cert: Buffer } => ({
  key: readFileSync(join(import.meta.dirname, 'fixtures', `${name}.key.pem`)),
  cert: readFileSync(join(import.meta.dirname, 'fixtures', `${name}.cert.pem`)),
});
const contexts = new Map(
  [
    ['catalog.example', 'catalog'],
    ['billing.example', 'billing'],
    ['localhost', 'localhost'],
  ].map(([servername, file = '']) => [servername, createSecureContext(certificate(file))]),
);

/** Three names on one address; a client that gives none gets a certificate that is not for it. */
const tls = {
  ...certificate('catalog'),
  SNICallback: (
    name: string,
    found: (error: null, context: ReturnType<typeof createSecureContext> | undefined) => void,
  ) => found(null, contexts.get(name)),
};

async function portOf(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** A port where nobody listens any more. */
async function closedPort(): Promise<number> {
  const server = createServer();
  const port = await portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const nobody = `http://127.0.0.1:${await closedPort()}/`;

const answers = (name: string, elsewhere = '') => {
  const others: Others = { elsewhere, nobody };
  const answered = (request: Request, response: Response): void => {
    answer(request, response, name, memory, others).catch(() => response.destroy());
  };
  return answered;
};

const http = async (name: string, elsewhere?: string) =>
  `http://127.0.0.1:${await portOf(createServer(answers(name, elsewhere)))}`;
const https = async (name: string, elsewhere: string) =>
  `https://127.0.0.1:${await portOf(createTlsServer(tls, answers(name, elsewhere)))}`;
const http2 = async (name: string) =>
  `https://127.0.0.1:${await portOf(createSecureServer({ ...tls, allowHTTP1: true }, answers(name)))}`;

const elsewhere = await http('elsewhere');
const addresses = {
  http: [await http('one', elsewhere), await http('two', elsewhere)],
  https: [await https('one', elsewhere), await https('two', elsewhere)],
  http2: [await http2('one')],
  elsewhere,
  proxy: `http://127.0.0.1:${await portOf(createProxy(memory))}`,
  control: `http://127.0.0.1:${await portOf(createServer((request, response) => void control(request, response, memory)))}`,
};
console.log(JSON.stringify(addresses));
process.stdin.resume().once('end', () => process.exit());

export type Addresses = typeof addresses;
