import { FAILURE, IGNORABLE, LASTING_FAILURE, type Verdict } from '@inmesh/core';

/** No connection came about, so nothing was sent: safe to try again whatever the operation. */
export const UNSENT: Verdict = Object.freeze({ health: 'failure', retryable: true, pushback: false, unsent: true });

/**
 * What an error says, by the code of the error or of what caused it (`cause`, and the `errors` of an `AggregateError`).
 * An error that says nothing known is a failure worth another attempt.
 */
export function verdictOfFailure(error: unknown): Verdict {
  return judged(error, DEEPEST_CAUSE) ?? FAILURE;
}

const DEEPEST_CAUSE = 8; // causes can be circular

function judged(error: unknown, depth: number): Verdict | undefined {
  if (depth === 0 || typeof error !== 'object' || error === null) return undefined;
  const { code, name, message, type, syscall, cause, errors } = error as Readonly<Record<string, unknown>>; // asked, not believed
  if (Array.isArray(errors) && errors.length > 0) return allAlike(errors, depth - 1);
  return (
    (typeof code === 'string' ? ofCode(code, syscall) : undefined) ??
    judged(cause, depth - 1) ??
    (typeof name === 'string' ? BY_NAME.get(name) : undefined) ??
    (typeof message === 'string' ? BY_MESSAGE.get(message) : undefined) ??
    (typeof type === 'string' ? BY_TYPE.get(type) : undefined)
  );
}

/** One address of a host may refuse while another was reached: it is unsent only if all say so. */
function allAlike(errors: readonly unknown[], depth: number): Verdict {
  const [first, ...others] = errors.map((error) => judged(error, depth) ?? FAILURE);
  return first !== undefined && others.every((verdict) => verdict === first) ? first : FAILURE;
}

function ofCode(code: string, syscall: unknown): Verdict | undefined {
  return BY_CODE.get(code) ?? (syscall === 'connect' ? UNSENT : CERTIFICATE.test(code) ? LASTING_FAILURE : undefined);
}

const BY_CODE: ReadonlyMap<string, Verdict> = new Map([
  ['ECONNREFUSED', UNSENT],
  ['ENOTFOUND', UNSENT],
  ['EAI_AGAIN', UNSENT],
  ['EAI_FAIL', UNSENT],
  ['EAI_NODATA', UNSENT],
  ['EAI_NONAME', UNSENT],
  ['UND_ERR_CONNECT_TIMEOUT', UNSENT],
  ['ECONNRESET', FAILURE],
  ['EPIPE', FAILURE],
  ['UND_ERR_SOCKET', FAILURE],
  ['UND_ERR_HEADERS_TIMEOUT', FAILURE],
  ['UND_ERR_BODY_TIMEOUT', FAILURE],
  ['UND_ERR_HEADERS_OVERFLOW', LASTING_FAILURE],
  ['UND_ERR_RES_EXCEEDED_MAX_SIZE', LASTING_FAILURE],
  // No request that could be sent, or a client that was closed: that says nothing about the other side.
  ['ERR_INVALID_URL', IGNORABLE],
  ['ERR_INVALID_ARG_TYPE', IGNORABLE],
  ['ERR_INVALID_ARG_VALUE', IGNORABLE],
  ['UND_ERR_INVALID_ARG', IGNORABLE],
  ['UND_ERR_NOT_SUPPORTED', IGNORABLE],
  ['UND_ERR_REQ_CONTENT_LENGTH_MISMATCH', IGNORABLE],
  ['UND_ERR_ABORTED', IGNORABLE],
  ['UND_ERR_CLOSED', IGNORABLE],
  ['UND_ERR_DESTROYED', IGNORABLE],
]);

/** OpenSSL's and Node's codes for a certificate or a handshake that is no good. */
const CERTIFICATE =
  /^(?:CERT_|CRL_|UNABLE_TO_|ERR_TLS_CERT_|ERR_SSL_|ERROR_IN_C|DEPTH_ZERO_|SELF_SIGNED_|INVALID_CA$|INVALID_PURPOSE$|PATH_LENGTH_|HOSTNAME_MISMATCH$)/;

const BY_NAME: ReadonlyMap<string, Verdict> = new Map([
  ['AbortError', IGNORABLE],
  ['TimeoutError', LASTING_FAILURE],
  ['ReferenceError', LASTING_FAILURE],
  ['SyntaxError', LASTING_FAILURE],
]);

/** node-fetch's words. */
const BY_TYPE: ReadonlyMap<string, Verdict> = new Map([
  ['no-redirect', IGNORABLE], // the caller had ruled it out
  ['unsupported-redirect', IGNORABLE], // the body was a stream, and cannot be sent again
  ['invalid-redirect', LASTING_FAILURE],
  ['max-redirect', LASTING_FAILURE],
]);

/** What fetch gives no code to. */
const BY_MESSAGE: ReadonlyMap<string, Verdict> = new Map([
  ['bad port', IGNORABLE],
  ['unknown scheme', IGNORABLE],
  ['about scheme is not supported', IGNORABLE],
  ['failed to fetch the data URL', IGNORABLE],
  ['not implemented... yet...', IGNORABLE],
  ['unexpected redirect', IGNORABLE],
  ['redirect count exceeded', LASTING_FAILURE],
]);
