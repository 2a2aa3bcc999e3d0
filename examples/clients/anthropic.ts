// Anthropic's SDK over a wrapped fetch: each head has half a second to come, the stream that follows may last.
import { startService } from './service.ts';

const service = await startService();
const endpoints = [service.origin];

// #region anthropic
import Anthropic from '@anthropic-ai/sdk';
import { compose } from '@inmesh/core';
import { wrapFetch } from '@inmesh/fetch';
import { loadBalancer } from '@inmesh/load-balancer';
import { retry } from '@inmesh/retry';
import { timeout } from '@inmesh/timeout';

const policy = compose(retry(), loadBalancer({ endpoints }), timeout(500, { until: 'head' }));
const send = wrapFetch(policy, { name: 'anthropic' });

const client = new Anthropic({
  baseURL: 'http://model.example', // the service's name, which need not exist
  apiKey: 'none',
  maxRetries: 0,
  fetch: (url, init) => {
    const headers = new Headers(init?.headers);
    headers.set('Idempotency-Key', crypto.randomUUID()); // one for each call, so that its POST may be sent again
    return send(url, { ...init, headers });
  },
});

const question = { model: 'any', max_tokens: 100, messages: [{ role: 'user' as const, content: 'Tell me a story.' }] };
const answer = await client.messages.create(question);
// #endregion
console.log(answer.content, `after ${service.requests} requests`);

// #region stream
const begun = performance.now();
const words: string[] = [];
await client.messages
  .stream(question)
  .on('text', (text) => words.push(text))
  .done();

console.log(words, 'outlast the limit:', performance.now() - begun > 500);
// #endregion

service.close();
