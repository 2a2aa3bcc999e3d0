import { Key } from '@inmesh/core';

/** The method of each request that was sent, in capitals: an adapter notes it in the log of its call. */
export const httpMethod: Key<string | undefined> = new Key<string | undefined>('inmesh:http-method', undefined);

/** The status of each response, latest first; `undefined` for a request that is sent again, until it is answered. */
export const httpStatus: Key<number | undefined> = new Key<number | undefined>('inmesh:http-status', undefined);
