/** The day that a text begins with, where it exists: `0000-00-00` and February 30 would be refused by the database. Pure. */
export function dayOf(text: string | null): string | null {
  const day = /^(?!0000)\d{4}-\d\d-\d\d/.exec(text ?? '')?.[0];
  const instant = new Date(`${day}T00:00:00Z`);
  return day !== undefined && !Number.isNaN(instant.getTime()) && instant.toISOString().startsWith(day) ? day : null;
}
