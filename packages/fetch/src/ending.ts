import type { Clock, Holder } from '@inmesh/core';
import { Deadline, Deadlines } from '@inmesh/core/deadlines';
import { contentLength, isResponse, type ResponseLike } from '@inmesh/http';

import type { Attempt } from './attempt.ts';
import { nodeStreams } from './node-streams.ts';

/** How long bodies may go unread that did not come through our dispatcher. One timer serves all, and keeps no process alive. */
export class Patience {
  readonly #clock: Clock;
  readonly #ms: number;
  readonly #deadlines: Deadlines;

  constructor(clock: Clock, ms: number) {
    this.#clock = clock;
    this.#ms = ms;
    this.#deadlines = new Deadlines(clock, ms);
  }

  start(ending: Ending): void {
    const now = this.#clock.now();
    this.#deadlines.add(ending, now + this.#ms, now);
    this.#deadlines.settle(ending);
  }

  stop(ending: Ending): void {
    this.#deadlines.remove(ending);
  }
}

/**
 * When the body of a response is over that did not come through our dispatcher: read, cancelled, died, collected, or left
 * unread for too long.
 */
export class Ending extends Deadline {
  readonly #body: WeakRef<object>;
  #attempt: Attempt | undefined; // until the end: by its signal a fetch may refer to the body
  readonly #patience: Patience;
  #over = false;
  #error: unknown = undefined;
  #holders: Holder[] = [];

  constructor(body: object, attempt: Attempt | undefined, patience: Patience) {
    super();
    this.#body = new WeakRef(body);
    this.#attempt = attempt;
    this.#patience = patience;
  }

  hold(holder: Holder): void {
    if (this.#over) holder.over(this.#error);
    else this.#holders.push(holder);
  }

  end(error?: unknown): void {
    if (this.#over) return;
    const holders = this.#holders;
    this.#over = true;
    if (error !== undefined) this.#error = this.#attempt === undefined ? error : this.#attempt.causeOf(error);
    this.#holders = [];
    this.#attempt = undefined;
    this.#patience.stop(this);
    for (const holder of holders) holder.over(this.#error);
  }

  /** Its reader let go of it, if it was none of us: frees the connection too, which node-fetch 2 would keep. */
  cancel(error: unknown): void {
    const attempt = this.#attempt;
    this.end(attempt?.aborted === true || attempt?.callerAborted === true ? error : undefined);
    attempt?.drop();
  }

  /** It was long enough, unless somebody reads it. */
  override expire(): void {
    const body = this.#body.deref();
    if (body !== undefined && isBeingRead(body)) this.#patience.start(this);
    else this.end();
  }
}

/** A web stream has a reader; a Node stream gave something away, or somebody listens for what it will give. */
function isBeingRead(body: object): boolean {
  const { locked, readableDidRead, readableFlowing } = body as Readonly<Record<string, unknown>>; // of either kind
  return locked === true || readableDidRead === true || typeof readableFlowing === 'boolean';
}

const endings = new WeakMap<object, Ending>();
const collected = new FinalizationRegistry<Ending>((ending) => {
  ending.end();
});

/** The ending of a foreign response; `undefined` if it has no body to wait for, or one that was read already. */
export function endingOf(response: object, attempt: Attempt | undefined, patience: Patience): Ending | undefined {
  if (!isResponse(response) || attempt?.bodiless === true || !mayHaveBody(response)) return undefined;
  const { body } = response;
  if (typeof body !== 'object' || body === null) return undefined;
  let ending = endings.get(body);
  if (ending === undefined) {
    ending = new Ending(body, attempt, patience);
    endings.set(body, ending);
    collected.register(body, ending);
    patience.start(ending);
    watch(body, ending);
  }
  return ending;
}

/** Some statuses have none; node-fetch gives a stream for them all the same. */
function mayHaveBody(response: ResponseLike): boolean {
  const { status } = response;
  return status >= 200 && status !== 204 && status !== 205 && status !== 304 && contentLength(response) !== 0;
}

/** Node tells of its own streams, web streams too, without reading them; of others only their collection is seen. */
function watch(body: object, ending: Ending): void {
  try {
    nodeStreams()?.finished(body, (error) => {
      if (isCancel(error)) ending.cancel(error);
      else ending.end(error);
    });
  } catch {
    // No stream of Node's.
  }
}

const GONE = 'ERR_STREAM_PREMATURE_CLOSE';

/**
 * Did a reader let go of it? Node then makes an error, which has its code in its name too; another for a loop that is left.
 * node-fetch gives the code of the first to a chunked body that broke off.
 */
function isCancel(error?: Error & { readonly code?: string }): boolean {
  return error?.code === 'ABORT_ERR' || (error?.code === GONE && String(error).includes(GONE));
}
