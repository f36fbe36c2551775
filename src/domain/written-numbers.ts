/** Numbers that providers write as text. Pure; what cannot be read is null and stays in the row's source. */

/** A decimal for a `numeric` column: `"21.1"`, `"$1,055.00"`, `-$5.00`. */
export function decimalOf(text: string | null): string | null {
  const bare = text?.replace(/[$,\s]/g, '') ?? '';
  return /^-?\d+(\.\d+)?$/.test(bare) ? bare : null;
}

/** A whole number that an `integer` column holds. */
export function integerOf(text: string | null): number | null {
  const value = text !== null && /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  return Number.isNaN(value) ? null : value;
}
