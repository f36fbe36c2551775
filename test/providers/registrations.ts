/** Records as the suite compares them: in the order of their ids, a second list's rows added to the registrations. */
import type { ParticipantRecord } from '../../src/domain/records.ts';
import type { TableSpec } from '../../src/domain/tables.ts';

export function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id.localeCompare(b.id, 'en', { numeric: true });
}

/** Records of a second list added to the registrations that they complete, as the store does. */
export function supplemented(records: readonly ParticipantRecord[], spec: TableSpec): readonly ParticipantRecord[] {
  const supplements = new Map(records.filter(({ kind }) => kind === 'supplement').map((record) => [record.id, record]));
  return records
    .filter(({ kind }) => kind !== 'supplement')
    .map((record) => {
      const { row = {} } = supplements.get(record.id) ?? {};
      const filled = (spec.supplement ?? []).filter((column) => (row[column] ?? null) !== null);
      return {
        ...record,
        row: { ...record.row, ...Object.fromEntries(filled.map((name) => [name, row[name] ?? null])) },
      };
    });
}
