/** The value below which that share of the values lies, interpolated. */
export function quantile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const low = sorted[Math.floor(at)];
  return low + (sorted[Math.ceil(at)] - low) * (at - Math.floor(at));
}

export const median = (values) => quantile(values, 0.5);

/** The median with the quartiles around it. */
export function quartiles(values) {
  return { low: quantile(values, 0.25), median: median(values), high: quantile(values, 0.75) };
}
