/** A version as its three numbers. */
type Version = readonly [major: number, minor: number, patch: number];

/** Whether a version lies in a range of the form `^1.2.3 || ^2.0.0`. What is no version lies in every range. */
export function liesIn(version: string, range: string): boolean {
  const own = numbersOf(version);
  if (own === undefined) return true;
  return alternatives(range).some((from) => from[0] === own[0] && !isBefore(own, from));
}

/** The newest major version that a range takes. */
export function newestMajor(range: string): number {
  return Math.max(...alternatives(range).map(([major]) => major));
}

function alternatives(range: string): Version[] {
  return range.split('||').flatMap((part) => {
    const from = numbersOf(part.replace('^', ''));
    return from === undefined ? [] : [from];
  });
}

function numbersOf(version: string): Version | undefined {
  const found = /^(\d+)\.(\d+)\.(\d+)/.exec(version.trim());
  return found === null ? undefined : [Number(found[1]), Number(found[2]), Number(found[3])];
}

function isBefore(one: Version, other: Version): boolean {
  const at = one.findIndex((number, index) => number !== other[index]);
  return at !== -1 && (one[at] ?? 0) < (other[at] ?? 0);
}
