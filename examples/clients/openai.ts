// OpenAI's SDK over a wrapped fetch: each head has half a second to come, the stream that follows may last.
import { startService } from './service.ts';

const service = await startService();
const endpoints = [service.origin];

// #region openai
import { compose } from '@inmesh/core';
import { wrapFetch } from '@inmesh/fetch';
import { loadBalancer } from '@inmesh/load-balancer';
import { retry } from '@inmesh/retry';
import { timeout } from '@inmesh/timeout';
import OpenAI from 'openai';

const policy = compose(retry(), loadBalancer({ endpoints }), timeout(500, { until: 'head' }));
const send = wrapFetch(policy, { name: 'openai' });

const client = new OpenAI({
  baseURL: 'http://model.example/v1', // the service's name, which need not exist
  apiKey: 'none',
  maxRetries: 0,
  fetch: (url, init) => {
    const headers = new Headers(init?.headers);
    headers.set('Idempotency-Key', crypto.randomUUID()); // one for each call, so that its POST may be sent again
    return send(url, { ...init, headers });
  },
});

const messages = [{ role: 'user' as const, content: 'Tell me a story.' }];
const answer = await client.chat.completions.create({ model: 'any', messages });
// #endregion
console.log(answer.choices[0]?.message.content, `after ${service.requests} requests`);

// #region stream
const begun = performance.now();
const stream = await client.chat.completions.create({ model: 'any', messages, stream: true });
const words: string[] = [];
for await (const { choices } of stream) words.push(choices[0]?.delta.content ?? '');

console.log(words, 'outlast the limit:', performance.now() - begun > 500);
// #endregion

service.close();
