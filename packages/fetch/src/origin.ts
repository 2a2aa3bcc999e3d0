import type { Attempt } from './attempt.ts';

/** A private field goes onto whatever a base constructor gives back. */
const Given = function (given: object): object {
  return given;
} as unknown as new (
  given: object,
) => object; // `new` gives back what it was given

/**
 * A response keeps its attempt in a private field, which nobody else can see, and not in a weak map: the collector of young
 * objects takes all values of those for alive, and with the attempts the signals of their callers.
 */
class Answer extends Given {
  #attempt: Attempt;

  constructor(response: object, attempt: Attempt) {
    super(response);
    this.#attempt = attempt;
  }

  static attemptOf(response: object): Attempt | undefined {
    return #attempt in response ? response.#attempt : frozen.get(response);
  }

  static keepAttempt(response: object, attempt: Attempt): void {
    if (#attempt in response) response.#attempt = attempt;
    else if (Object.isExtensible(response)) void new Answer(response, attempt);
    else frozen.set(response, attempt);
  }
}

const frozen = new WeakMap<object, Attempt>();

/** The attempt that a response came from; `undefined` if it is of no fetch that was wrapped here. */
export function attemptOf(response: object): Attempt | undefined {
  return Answer.attemptOf(response);
}

/** Remembers which attempt a response came from. */
export function keepAttempt(response: object, attempt: Attempt): void {
  Answer.keepAttempt(response, attempt);
}
