// What the parts of the protocol say by themselves.
// #region reading
import { isIdempotent, parseHttpDate, parseRetryAfter, verdictOfFailure, verdictOfStatus } from '@inmesh/http';

console.log(verdictOfStatus(503)); // a failure, and retryable
console.log(verdictOfStatus(429)); // pushback: no failure of the other side
console.log(verdictOfFailure(Object.assign(new Error(), { code: 'ECONNREFUSED' }))); // unsent

const now = Date.UTC(2026, 10, 23, 12);
console.log(parseRetryAfter('120', now)); // 120000
console.log(parseRetryAfter('Mon, 23 Nov 2026 12:00:30 GMT', now)); // 30000
console.log(parseHttpDate('Sunday, 06-Nov-94 08:49:37 GMT', now)); // 784111777000

const header = (name: string): string | null => (name === 'idempotency-key' ? '"8e03978e"' : null);
console.log(isIdempotent({ method: 'POST', header })); // true
// #endregion

// Output:
// { health: 'failure', retryable: true, pushback: false, unsent: false }
// { health: 'ignorable', retryable: true, pushback: true, unsent: false }
// { health: 'failure', retryable: true, pushback: false, unsent: true }
// 120000
// 30000
// 784111777000
// true
