// What an outcome means: said once, and what happens where it is said elsewhere or not at all.
import { circuitBreaker } from '@inmesh/circuit-breaker';
import { compose, FAILURE, IGNORABLE, SUCCESS, wrap, type Call, type Verdict } from '@inmesh/core';
import { defineProtocol } from '@inmesh/core/protocols';
import { constant } from '@inmesh/core/backoff';
import { httpProtocol, verdictOfResponse } from '@inmesh/http';
import { retry } from '@inmesh/retry';

const again = { backoff: constant(0) };
const ignore = () => {};

// #region usage
class QueryError extends Error {
  readonly state: string;
  constructor(state: string) {
    super(`SQLSTATE ${state}`);
    this.state = state;
  }
}

const ROLLED_BACK: Verdict = { ...IGNORABLE, retryable: true, unsent: true }; // made once: as if it was never sent
const rolledBack = new Set(['40001', '40P01']); // serialisation failure, deadlock
const postgres = defineProtocol({
  ofError: (error) => {
    if (!(error instanceof QueryError)) return FAILURE; // the connection was lost, say, and what became of it is not known
    return rolledBack.has(error.state) ? ROLLED_BACK : SUCCESS; // a wrong query is no outage: the database answered
  },
  idempotent: (call) => !/^insert/i.test((call.input as [string])[0]), // the rest of ours may be done twice
});
const database = circuitBreaker({ name: 'database' });
const query = wrap(compose(retry(again), database), (_call, sql: string) => ask(sql), { protocol: postgres });
// #endregion
const asked: string[] = [];
async function ask(sql: string): Promise<string> {
  asked.push(sql);
  if (sql.includes('lost')) throw new Error('connection lost');
  if (sql.includes('wrong')) throw new QueryError('42P01');
  if (asked.filter((each) => each === sql).length < 3) throw new QueryError('40P01');
  return 'done';
}
for (const sql of ['insert deadlocked', 'insert lost', 'select lost', 'select wrong']) {
  const answer = await query(sql).catch((error: Error) => error.message);
  console.log(`${sql}: ${answer}, sent ${asked.filter((each) => each === sql).length} ×`);
}
console.log(`the breaker saw ${database.counts.failures} failures`);

let requests = 0;
const answers = (status: number) => async (_call: unknown, _method: string) => {
  requests++;
  return { status, headers: new Headers(), body: null };
};

// #region request
const blind = httpProtocol(); // ❌ knows no method, so nothing that was sent is sent again
const seeing = httpProtocol({
  requestOf: (call: Call) => ({ method: (call.input as [string])[0], header: () => null }), // ✅
});
// #endregion
for (const [mark, protocol] of [['❌', blind] as const, ['✅', seeing] as const]) {
  requests = 0;
  await wrap(retry(again), answers(503), { protocol })('GET');
  console.log(`${mark} GET answered by 503: ${requests} requests`);
}

interface Job {
  readonly state: 'pending' | 'done';
}
const job = async (): Promise<Job> => ({ state: 'pending' });

// #region once
const ofResult = (result: unknown) => ((result as Job).state === 'pending' ? FAILURE : undefined);
const unsaid = circuitBreaker();
const apart = wrap(compose(retry({ ...again, judge: { ofResult } }), unsaid), job); // ❌ the retry alone knows
const told = circuitBreaker();
const protocol = defineProtocol({ ofResult: (result) => ofResult(result) ?? SUCCESS });
const together = wrap(compose(retry(again), told), job, { protocol }); // ✅
// #endregion
await apart();
await together();
console.log(`❌ 3 attempts, the breaker saw ${unsaid.counts.failures} failures`);
console.log(`✅ 3 attempts, the breaker saw ${told.counts.failures} failures`);

// #region strict
const LOCKED: Verdict = { ...IGNORABLE, retryable: true };
const strict = httpProtocol({
  ofResult: (result) => ((result as Response).ok ? SUCCESS : FAILURE), // ❌ a 404 and a 429 are no outage
});
const exact = httpProtocol({
  ofResult: (result) => {
    const response = result as Response;
    return response.status === 423 ? LOCKED : verdictOfResponse(response); // ✅ what is particular, and HTTP for the rest
  },
});
// #endregion
for (const [mark, each] of [['❌', strict] as const, ['✅', exact] as const]) {
  const breaker = circuitBreaker();
  const get = wrap(breaker, answers(429), { protocol: each });
  for (let call = 0; call < 30; call++) await get('GET').catch(ignore);
  console.log(`${mark} 30 × 429: ${breaker.state}`);
}
// Output:
// insert deadlocked: done, sent 3 ×
// insert lost: connection lost, sent 1 ×
// select lost: connection lost, sent 3 ×
// select wrong: SQLSTATE 42P01, sent 1 ×
// the breaker saw 4 failures
// ❌ GET answered by 503: 1 requests
// ✅ GET answered by 503: 3 requests
// ❌ 3 attempts, the breaker saw 0 failures
// ✅ 3 attempts, the breaker saw 3 failures
// ❌ 30 × 429: open
// ✅ 30 × 429: closed
