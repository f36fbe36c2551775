/** Colours of a report. `util.styleText` is not used: from Node 22.13 on it reads the environment and stdout itself. */
const codes = {
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
  dim: [2, 22],
  bold: [1, 22],
} as const;

export type Style = keyof typeof codes;

/** What a report is drawn on: its width, and whether colour codes may be used. */
export interface Screen {
  readonly columns: number;
  readonly color: boolean;
}

/** The text in a style; unchanged where there is nothing to paint or colour is off. */
export function paint(text: string, style: Style | undefined, color: boolean): string {
  if (!color || style === undefined || text === '') return text;
  const [on, off] = codes[style];
  return `\u001b[${on}m${text}\u001b[${off}m`;
}
