export { UNSENT, verdictOfFailure } from './failure.ts';
export { parseHttpDate } from './http-date.ts';
export { httpMethod, httpStatus } from './keys.ts';
export { httpProtocol, type HttpProtocolOptions } from './protocol.ts';
export { isIdempotent, type RequestLike } from './request.ts';
export { contentLength, isResponse, type HttpPolicy, type ResponseLike } from './response.ts';
export { parseRetryAfter } from './retry-after.ts';
export { OVERLOADED, PUSHBACK, TOO_EARLY, verdictOfResponse, verdictOfStatus } from './status.ts';
