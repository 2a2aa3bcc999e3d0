export { RateLimitedError } from './error.ts';
export { tokenBucket, type TokenBucket, type TokenBucketOptions } from './token-bucket.ts';
