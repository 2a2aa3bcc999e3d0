// What an outcome means: said once, and what happens where it is said elsewhere or not at all.
import { circuitBreaker } from '@inmesh/circuit-breaker';
import { compose, defineProtocol, FAILURE, IGNORABLE, SUCCESS, wrap, type Call, type Verdict } from '@inmesh/core';
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

const AGAIN: Verdict = { ...IGNORABLE, retryable: true }; // made once: verdicts are judged by for every call
const passing = new Set(['40001', '40P01', '57P03']); // serialisation, deadlock, starting up
const postgres = defineProtocol({
  ofError: (error) => {
    if (!(error instanceof QueryError)) return FAILURE; // no connection, say: the database is not well
    return passing.has(error.state) ? AGAIN : SUCCESS; // it answered: what is wrong with the query is no outage
  },
  idempotent: (call) => !/^insert/i.test((call.input as [string])[0]), // the rest of ours may be done twice
});
const database = circuitBreaker({ name: 'database' });
const query = wrap(compose(retry(again), database), (_call, sql: string) => ask(sql), { protocol: postgres });
// #endregion
const asked: string[] = [];
async function ask(sql: string): Promise<string> {
  const attempt = asked.push(sql) - asked.indexOf(sql);
  if (sql.includes('unknown')) throw new QueryError('42P01');
  if (attempt < 3) throw new QueryError('40P01');
  return 'rows';
}
for (const sql of ['select 1', 'select unknown', 'insert 1']) {
  const answer = await query(sql).catch((error: Error) => error.message);
  console.log(`${sql}: ${answer}, asked ${asked.filter((each) => each === sql).length} times`);
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
const strict = httpProtocol({
  ofResult: (result) => ((result as Response).ok ? SUCCESS : FAILURE), // ❌ a 404 and a 429 are no outage
});
const exact = httpProtocol({
  ofResult: (result) => {
    const response = result as Response;
    return response.status === 423 ? AGAIN : verdictOfResponse(response); // ✅ what is particular, and HTTP for the rest
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
// select 1: rows, asked 3 times
// select unknown: SQLSTATE 42P01, asked 1 times
// insert 1: SQLSTATE 40P01, asked 1 times
// the breaker saw 0 failures
// ❌ GET answered by 503: 1 requests
// ✅ GET answered by 503: 3 requests
// ❌ 3 attempts, the breaker saw 0 failures
// ✅ 3 attempts, the breaker saw 3 failures
// ❌ 30 × 429: open
// ✅ 30 × 429: closed
