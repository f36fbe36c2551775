/** Haku names a registration by a number of its own; in the sandbox it follows from the id. */

export function registrationNumber(id: number): string {
  return `HK-${String(id).padStart(7, '0')}`;
}

/** The id behind a number; undefined where it is none of the sandbox's. */
export function idOfNumber(number: string): number | undefined {
  const digits = /^HK-(\d{7,})$/.exec(number)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
