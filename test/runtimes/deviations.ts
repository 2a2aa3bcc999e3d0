import type { Cell } from './cells.ts';

/** Where a client cannot do what the others can, what is found there, and why. All that is not in here must be `ok`. */
export interface Deviation {
  readonly where: (cell: Cell) => boolean;
  /** The checks, by name, with the scheme where it matters. */
  readonly checks: RegExp;
  /** What the check finds instead. */
  readonly finds: RegExp;
  readonly why: string;
}

const bundled: Readonly<Record<string, number>> = { 'node-20': 6, 'node-22': 6, 'node-24': 7, 'node-26': 8 };

/** The generation of undici that a fetch is of; `undefined` if it is none of undici's. */
function generationOf({ client, runtime }: Cell): number | undefined {
  if (client.startsWith('undici')) return Number(client.slice(-1));
  return client === 'built-in' || client.includes('ky') ? bundled[runtime] : undefined;
}

const agentsOf = ({ agents = '' }: Cell): number => Number(agents.slice(-1));

/** Handlers have other methods since undici 8, which takes those of 7, and 7 takes and gives those of 6. */
const refuses = (cell: Cell): boolean =>
  cell.agents !== undefined &&
  ((generationOf(cell) === 8 && agentsOf(cell) === 6) || ((generationOf(cell) ?? 8) < 8 && agentsOf(cell) === 8));

const deviations: readonly Deviation[] = [
  {
    where: refuses,
    checks: /^(bare|Agent|ProxyAgent|http2)$/,
    finds: /^refused$/,
    why: 'a fetch of undici 6 or 7 and a dispatcher of 8 do not go together, nor a fetch of 8 and a dispatcher of 6',
  },
  {
    where: refuses,
    checks: /^MockAgent$/,
    finds: /^ERR_TIMEOUT$/,
    why: 'nor with a mock, which then never answers',
  },
  {
    where: (cell) => generationOf(cell) === 8 && agentsOf(cell) === 6,
    checks: /^setGlobalDispatcher$/,
    finds: /^it is not obeyed$/,
    why: 'a fetch of undici 8 does not look where undici 6 keeps the global dispatcher',
  },
  {
    where: (cell) => cell.agents === undefined && (generationOf(cell) ?? 8) < 8,
    checks: /^http2 /,
    finds: /^HTTP\/1\.1$/,
    why: 'before undici 8 HTTP/2 has to be asked for, by an Agent with `allowH2`',
  },
  {
    where: ({ client, runtime }) => client.startsWith('node-fetch') || runtime === 'bun',
    checks: /^http2 /,
    finds: /^HTTP\/1\.1$/,
    why: 'node-fetch and the fetch of Bun speak no HTTP/2',
  },
  {
    where: ({ client }) => client.startsWith('node-fetch'),
    checks: /^ownName https$/,
    finds: /^catalog\.example$/,
    why: 'node-fetch asks for the certificate of the Host that it sends, unless its `agent` has a `servername`',
  },
  {
    where: ({ client }) => client.startsWith('node-fetch'),
    checks: /^timeout /,
    finds: /^the reader gets an AbortError$/,
    why: 'node-fetch ends a body with an error of its own, whatever it was aborted with; the policies see the limit',
  },
  {
    where: ({ client }) => client === 'node-fetch-2',
    checks: /^died /,
    finds: /^the reader gets nothing, and waits$/,
    why: 'node-fetch 2 does not tell that a body of known length died: only a time limit ends such a call',
  },
  {
    where: ({ runtime }) => runtime === 'bun',
    checks: /^died /,
    finds: /^it is over without an error$/,
    why: 'Bun does not tell a body that died from one that was cancelled; its reader does learn it',
  },
  {
    where: ({ client }) => client === 'node-fetch-2',
    checks: /^location /,
    finds: /^\/whoami\/caf%C3%83%C2%A9$/,
    why: 'node-fetch 2 reads a `Location` as Latin-1 before anybody else sees it',
  },
  {
    where: ({ client }) => client.startsWith('node-fetch'),
    checks: /^collected /,
    finds: /^only after maxUnreadMs$/,
    why: 'the socket of node-fetch keeps a large body that nobody reads',
  },
  {
    where: ({ client }) => client === 'forgetful',
    checks: /^(host|redirect|http2) /,
    finds: /^the host is the endpoint$/,
    why: 'without the dispatcher Node sends the Host of the URL',
  },
  {
    where: ({ client }) => client === 'forgetful',
    checks: /^servername https$/,
    finds: /^fetch failed < ERR_TLS_CERT_ALTNAME_INVALID$/,
    why: 'nor can it ask for the certificate of another name, so an endpoint needs one of its own name',
  },
  {
    where: ({ runtime }) => runtime === 'deno',
    checks: /^(host|redirect|http2) /,
    finds: /^the host is the endpoint$/,
    why: 'the fetch of Deno sends the Host of its URL, whatever it is told',
  },
  {
    where: ({ runtime }) => runtime === 'deno',
    checks: /^servername https$/,
    finds: /^this fetch cannot ask an endpoint for the certificate of catalog\.example/,
    why: 'the fetch of Deno asks for the certificate of the host in its URL, so an endpoint needs one of its own name',
  },
];

/** The deviation that a finding is an instance of. */
export function deviationOf(cell: Cell, check: string): Deviation | undefined {
  return deviations.find(({ where, checks }) => checks.test(check) && where(cell));
}
