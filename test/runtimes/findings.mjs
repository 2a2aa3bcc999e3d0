// How a check says what it found.

/** `ok` if it is what was wanted, else what it is. */
export const same = (found, wanted, otherwise = String(found)) => (found === wanted ? 'ok' : otherwise);

/** The first finding that is not `ok`. */
export const first = (...findings) => findings.find((finding) => finding !== 'ok') ?? 'ok';
