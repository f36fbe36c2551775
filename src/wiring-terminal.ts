/** How wide the output may be. */

/** The whole status screen fits. */
const usualColumns = 100;

/**
 * Columns of the terminal, else what COLUMNS says, else 100 (output to a file). A terminal whose size nobody has set says 0
 * (serial consoles, `docker run -t`): that is not known either.
 */
export function terminalColumns(
  stream: { readonly columns?: number },
  env: Readonly<Record<string, string | undefined>>,
): number {
  const asked = Number(env['COLUMNS']);
  return stream.columns || (Number.isInteger(asked) && asked > 0 ? asked : usualColumns);
}
