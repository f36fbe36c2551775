/** The credentials of the status screen: what each has spent of its hour, and which are refused. */
import type { StatusCredential } from '../domain/status.ts';
import { discoverCommand, discoveryConditionOf, discoveryIsBehind, nextDiscoveryText } from './discovery-condition.ts';
import { shorten } from './display-width.ts';
import { countText } from './numbers.ts';
import type { Screen, Style } from './paint.ts';
import { relativeText, spanText } from './relative-time.ts';
import { safeClause } from './safe-text.ts';
import { type Cell, type Column, type TableLine, tableLines } from './table-text.ts';

const barCells = 10;
/** A reason longer than this is told in full by `--json`. */
const reasonColumns = 140;

const columns: readonly Column[] = [
  { head: '' },
  { head: 'CREDENTIAL' },
  { head: 'PARTNER', min: 12 },
  { head: 'PROVIDER' },
  { head: 'LAST HOUR' },
  { head: 'CALLS', align: 'right' },
  { head: 'DISCOVERED' },
  { head: 'LAST CALL', drop: 1 },
];

/** Refused ones first, then those whose discovery failed or is overdue; both red, with what to do. */
export function credentialLines(credentials: readonly StatusCredential[], now: Date, screen: Screen): string[] {
  const urgency = (one: StatusCredential) => (one.refused ? 2 : discoveryIsBehind(one, now) ? 1 : 0);
  const worstFirst = credentials.toSorted(
    (a, b) => urgency(b) - urgency(a) || a.partnerId - b.partnerId || a.credentialId - b.credentialId,
  );
  return tableLines(
    columns,
    worstFirst.flatMap((one) => linesOf(one, now)),
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
        discoveredCell(credential, now),
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
  return [...lines, ...discoveryNotes(credential, now)];
}

function discoveredCell(credential: StatusCredential, now: Date): Cell {
  const { lastDiscovery } = credential;
  if (!credential.registrations) return { text: '–', style: 'dim' };
  if (!lastDiscovery) return { text: 'never', style: credential.refused ? 'red' : 'yellow' };
  const text = relativeText(lastDiscovery.at, now);
  return discoveryIsBehind(credential, now) ? { text, style: 'red' } : { text };
}

function discoveryNotes(credential: StatusCredential, now: Date): TableLine[] {
  const condition = discoveryConditionOf(credential, now);
  if (condition === 'fine' || condition === 'refused') return [];
  const style = condition === 'never' ? 'yellow' : 'red';
  const next = `Next at ${nextDiscoveryText(now)}`;
  return [
    { note: `${discoveryText(credential, condition, now)} ${next}, or now:`, style },
    // On a line of its own, so that it can be copied whole.
    { note: discoverCommand(credential), style },
  ];
}

function discoveryText(
  { lastDiscovery }: StatusCredential,
  condition: 'failed' | 'overdue' | 'never',
  now: Date,
): string {
  if (!lastDiscovery || condition === 'never') return 'Its events were not looked for yet.';
  if (condition === 'overdue') {
    return `No new events were looked for since ${spanText(+now - +lastDiscovery.at)}: do the timers run?`;
  }
  const reason = shorten(safeClause(lastDiscovery.reason ?? ''), reasonColumns);
  return `Discovery failed ${relativeText(lastDiscovery.at, now)}: ${reason}.`;
}

function paused({ notBefore }: StatusCredential, now: Date): boolean {
  return notBefore !== undefined && notBefore > now;
}

function markOf(credential: StatusCredential, now: Date): Cell {
  if (credential.refused || discoveryIsBehind(credential, now)) return { text: '✗', style: 'red' };
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
