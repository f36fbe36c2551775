/** The credentials of the status screen: what each has spent of its hour, and which are refused. */
import type { StatusCredential } from '../domain/status.ts';
import { countText } from './numbers.ts';
import type { Screen, Style } from './paint.ts';
import { relativeText, spanText } from './relative-time.ts';
import { safeClause } from './safe-text.ts';
import { type Cell, type Column, type TableLine, tableLines } from './table-text.ts';

const barCells = 10;

const columns: readonly Column[] = [
  { head: '' },
  { head: 'CREDENTIAL' },
  { head: 'PARTNER', min: 12 },
  { head: 'PROVIDER' },
  { head: 'LAST HOUR' },
  { head: 'CALLS', align: 'right' },
  { head: 'LAST CALL', drop: 1 },
];

/** Refused ones first and red, with what to do. */
export function credentialLines(credentials: readonly StatusCredential[], now: Date, screen: Screen): string[] {
  const refusedFirst = credentials.toSorted(
    (a, b) =>
      Number(b.refused !== undefined) - Number(a.refused !== undefined) ||
      a.partnerId - b.partnerId ||
      a.credentialId - b.credentialId,
  );
  return tableLines(
    columns,
    refusedFirst.flatMap((one) => linesOf(one, now)),
    screen,
    3,
  );
}

function linesOf(credential: StatusCredential, now: Date): TableLine[] {
  const { callsLastHour, callsPerHour, refused, notBefore } = credential;
  const style = refused ? 'red' : usageStyle(callsLastHour, callsPerHour);
  const lines: TableLine[] = [
    {
      cells: [
        markOf(credential, now),
        String(credential.credentialId),
        `${credential.partnerId} ${credential.partner}`,
        credential.provider,
        { text: bar(callsLastHour, callsPerHour), style },
        { text: `${countText(callsLastHour)}/${countText(callsPerHour)}`, style },
        credential.lastCallAt ? relativeText(credential.lastCallAt, now) : 'never',
      ],
      style: refused ? 'red' : undefined,
    },
  ];
  if (refused) {
    const probe = refused.probeAt && refused.probeAt > now ? relativeText(refused.probeAt, now) : 'with the next tick';
    lines.push(
      {
        note: `Refused for ${spanText(+now - +refused.since)}: ${safeClause(refused.reason)}. Next probe ${probe}.`,
        style: 'red',
      },
      { note: `Once it is mended: p88sync credentials test ${credential.credentialId}`, style: 'red' },
    );
  } else if (paused(credential, now)) {
    lines.push({
      note: `The provider asks for a pause: goes on ${relativeText(notBefore ?? now, now)}.`,
      style: 'yellow',
    });
  }
  return lines;
}

function paused({ notBefore }: StatusCredential, now: Date): boolean {
  return notBefore !== undefined && notBefore > now;
}

function markOf(credential: StatusCredential, now: Date): Cell {
  if (credential.refused) return { text: '✗', style: 'red' };
  return paused(credential, now) ? { text: '○', style: 'yellow' } : { text: '✓', style: 'green' };
}

/** `███░░░░░░░`: empty only where nothing was spent, full only where nothing is left. */
function bar(used: number, limit: number): string {
  const share = limit > 0 ? used / limit : 1;
  const exact = share * barCells;
  const full = share >= 1 ? barCells : Math.min(barCells - 1, used > 0 ? Math.max(1, Math.floor(exact)) : 0);
  return '█'.repeat(full) + '░'.repeat(barCells - full);
}

function usageStyle(used: number, limit: number): Style | undefined {
  if (used >= limit) return 'red';
  return used >= limit * 0.8 ? 'yellow' : undefined;
}
