export { RateLimitedError } from './error.ts';
export type { RefusalReason } from './queue.ts';
export { tokenBucket, type AcquireOptions, type TokenBucket, type TokenBucketOptions } from './token-bucket.ts';
