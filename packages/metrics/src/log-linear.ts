/**
 * Counts of positive numbers by size, close to each other everywhere: each octave (a power of two to the next) is cut
 * into 64 equal parts, read straight off the bits of the number. Whatever lies in a part is told as its middle, which is
 * at most 1/128 (0.78 %) off.
 *
 * An octave takes 256 bytes once something falls into it, and 8 while it only lies between two that are in use.
 */
export class LogLinear {
  #total = 0;
  #lowest = 0; // the exponent, as the bits have it, of the first octave
  readonly #octaves: (Counts | undefined)[] = [];

  /** How many there are. */
  get total(): number {
    return this.#total;
  }

  /** How many octaves have counts of their own. */
  get octaves(): number {
    return this.#octaves.filter((octave) => octave !== undefined).length;
  }

  /** Counts a number of at least 2⁻¹⁰²² (what is smaller has bits of another form). */
  add(value: number, times = 1): void {
    float[0] = value;
    const high = words[HIGH] ?? 0;
    const octave = this.#octaves[(high >>> 20) - this.#lowest] ?? this.#open(high >>> 20);
    const part = (high >>> PART_SHIFT) & LAST_PART;
    const count = (octave[part] ?? 0) + times;
    this.#total += times;
    if (count > MOST && octave instanceof Uint32Array) this.#widen(octave)[part] = count;
    else octave[part] = count;
  }

  /** The one of this rank, the smallest having 1; `NaN` if there are fewer. */
  ranked(rank: number): number {
    let seen = 0;
    for (const [index, octave] of this.#octaves.entries()) {
      if (octave === undefined) continue;
      for (const [part, count] of octave.entries()) {
        seen += count;
        if (count > 0 && seen >= rank) return middleOf(this.#lowest + index, part);
      }
    }
    return NaN;
  }

  clear(): void {
    this.#total = 0;
    this.#octaves.length = 0;
  }

  #open(exponent: number): Counts {
    if (this.#octaves.length === 0) this.#lowest = exponent;
    for (; this.#lowest > exponent; this.#lowest--) this.#octaves.unshift(undefined);
    while (this.#octaves.length <= exponent - this.#lowest) this.#octaves.push(undefined);
    return (this.#octaves[exponent - this.#lowest] = new Uint32Array(PARTS));
  }

  /** A part that outgrew 32 bits: after some days at ten thousand a second. */
  #widen(octave: Uint32Array): Counts {
    return (this.#octaves[this.#octaves.indexOf(octave)] = Float64Array.from(octave));
  }
}

type Counts = Uint32Array | Float64Array;

const PARTS = 64;
const LAST_PART = PARTS - 1;
const PART_SHIFT = 14; // the high word has 20 bits of the fraction, of which the first 6 say which part
const MOST = 2 ** 32 - 1;

const float = new Float64Array(1);
const words = new Uint32Array(float.buffer);
const HIGH = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0; // by the byte order of the machine

function middleOf(exponent: number, part: number): number {
  words[1 - HIGH] = 0;
  words[HIGH] = (exponent << 20) | (part << PART_SHIFT) | (1 << (PART_SHIFT - 1));
  return float[0] ?? NaN;
}
