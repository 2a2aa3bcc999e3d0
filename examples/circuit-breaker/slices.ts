// A service of three shards of which one is dead: the calls to that one are refused, and no others.
import { CircuitOpenError } from '@inmesh/circuit-breaker';
import { slices } from '@inmesh/circuit-breaker/slices';
import { isError, wrap, type Call } from '@inmesh/core';

// #region use
interface Query {
  readonly route: string;
  readonly shard: number;
  readonly tenant: string;
}

const queryOf = (call: Call) => (call.input as [Query])[0]; // the input of `wrap` is the function's arguments

const stock = slices({
  attributes: {
    route: (call) => queryOf(call).route,
    shard: (call) => queryOf(call).shard,
    tenant: (call) => queryOf(call).tenant,
  },
  name: 'stock',
});
const read = wrap(stock, (_call, query: Query) => ask(query));
// #endregion

async function ask({ shard }: Query): Promise<number> {
  if (shard === 2) throw new Error(`no answer of shard ${shard}`);
  return 3;
}

const answers = new Map<string, number>();
for (let sent = 0; sent < 3_000; sent++) {
  const query = { route: sent % 2 ? '/items' : '/report', shard: sent % 3, tenant: `tenant-${sent % 1_000}` };
  const answer = await read(query).then(
    () => 'answered',
    (error: unknown) => (isError(error, CircuitOpenError) ? 'refused' : 'failed'),
  );
  const key = `shard ${query.shard} ${answer}`;
  answers.set(key, (answers.get(key) ?? 0) + 1);
}
for (const key of [...answers.keys()].sort()) console.log(`${key}: ${answers.get(key)}`);

// #region open
for (const { name, state, attributes } of stock.open) console.log(`${name} is ${state}`, attributes);
// #endregion

// #region close
stock.open.find(({ attributes }) => attributes['shard'] === '2')?.breaker.close('moved to another host');
// #endregion
console.log('open:', stock.open.length);

// Output:
// shard 0 answered: 1000
// shard 1 answered: 1000
// shard 2 failed: 25
// shard 2 refused: 975
// stock{shard=2} is open { shard: '2' }
// open: 0
