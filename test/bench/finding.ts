/** What a measurement found, and the table of all of them. */
import Table from 'cli-table3';

export interface Finding {
  readonly measure: string;
  readonly figure: string;
  /** What the figure is held against: the same work without p88sync, or the same with less data. */
  readonly limit?: string;
  readonly ratio?: number;
  /** In words, from the targets; without one the figure is there to be known. */
  readonly target?: string;
  readonly ok?: boolean;
}

export function renderFindings(findings: readonly Finding[]): string {
  const table = new Table({
    head: ['measure', 'figure', 'limit', 'ratio', 'target', ''],
    style: { head: [], border: [] },
    wordWrap: true,
    colWidths: [48, 26, 34, 8, 18, 6],
  });
  for (const { measure, figure, limit, ratio, target, ok } of findings) {
    table.push([
      measure,
      figure,
      limit ?? '',
      ratio === undefined ? '' : ratio.toFixed(2),
      target ?? '',
      ok === undefined ? '' : ok ? 'ok' : 'over',
    ]);
  }
  return table.toString();
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** The smallest of the values that is no less than `share` of them. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export function ms(value: number): string {
  return value < 10_000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(1)} s`;
}

export function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
