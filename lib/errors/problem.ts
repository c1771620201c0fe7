/** One thing that is wrong with an input: where, and what to do about it. Never the value itself. */
export interface Problem {
  /** The place, as in `to[2].address` or `providers.smtp.port`; empty for the whole. */
  readonly path: string;
  readonly message: string;
}

/** `to[2]: has no domain`, one line. */
export function describeProblem({ path, message }: Problem): string {
  return path === '' ? message : `${path}: ${message}`;
}

/** Joins a path and a key: `providers` and `smtp` give `providers.smtp`, `to` and 2 give `to[2]`. */
export function joinPath(path: string, key: string | number): string {
  if (typeof key === 'number') return `${path}[${key}]`;
  return path === '' ? key : `${path}.${key}`;
}
