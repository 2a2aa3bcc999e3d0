export { DeadlineExceededError } from './deadline.ts';
export { fetchInputOf, type FetchInput } from './fetch-input.ts';
export { wrapFetch, type Callable, type FetchLike, type WrapFetchOptions } from './wrap-fetch.ts';
