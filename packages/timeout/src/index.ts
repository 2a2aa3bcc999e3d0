export { timeout, type TimeoutOptions } from './timeout.ts';
export { TimeoutError } from './error.ts';
