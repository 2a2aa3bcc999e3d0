/** As much of a request as policies ask about. */
export interface RequestLike {
  /** In capitals or not. */
  readonly method: string;
  /** A header's value by its lower-case name; `null` if there is none. */
  header(name: string): string | null;
}

/** May it be done twice, by its method (RFC 9110 §9.2.2, and QUERY) or because it carries an `Idempotency-Key`? */
export function isIdempotent(request: RequestLike): boolean {
  return IDEMPOTENT.has(request.method.toUpperCase()) || Boolean(request.header('idempotency-key'));
}

const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE', 'QUERY']);
