/** 64 bytes, as a line of a processor's cache: three words that V8 needs and five of its own. */
class Link {
  readonly next: Link | undefined;
  touched = 0;
  readonly a = 0;
  readonly b = 0;
  readonly c = 0;

  constructor(next: Link | undefined) {
    this.next = next;
  }
}

const LINK_BYTES = 64;

/** Bare objects of so many bytes: what the machine takes to keep and to reach as much as the policies hold. */
export class Weight {
  readonly #first: Link | undefined;

  constructor(bytes: number) {
    let first: Link | undefined;
    for (let left = bytes; left >= LINK_BYTES / 2; left -= LINK_BYTES) first = new Link(first);
    this.#first = first;
  }

  /** Reads and writes each object once. Gives 0. */
  touch(): 0 {
    for (let link = this.#first; link !== undefined; link = link.next) link.touched = (link.touched + 1) | 0;
    return 0;
  }
}
