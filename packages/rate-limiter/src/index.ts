export { RateLimitedError } from './error.ts';
export {
  keyedTokenBucket,
  type BucketKey,
  type KeyedTokenBucketOptions,
  type KeyedTokenBucket,
} from './keyed-token-bucket.ts';
export type { RefusalReason } from './queue.ts';
export { tokenBucket, type TokenBucketOptions } from './token-bucket.ts';
export type { AcquireOptions, TokenBucket } from './tokens.ts';
