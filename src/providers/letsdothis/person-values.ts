/** Values of a person, which applications and participants write alike. Pure; what cannot be read stays in the source. */

import { dayOf } from '../../domain/calendar-day.ts';
import { instantOf, utcWall } from '../../domain/event-time.ts';
import type { Removal } from '../../domain/records.ts';
import { wordIn } from '../../domain/word-table.ts';

/** The words in which a person is out; which of them Let's Do This has is not documented. Any other is no removal. */
const departures: Readonly<Record<string, string>> = {
  cancelled: 'cancelled',
  canceled: 'cancelled',
  refunded: 'refunded',
  transferred: 'transferred',
  deferred: 'deferred',
  withdrawn: 'withdrawn',
  rejected: 'rejected',
  declined: 'declined',
};

/** Only `status` counts: a refund of a part is a `paymentStatus` of somebody who runs. */
export function removalOf(wire: {
  readonly status: string | null;
  readonly cancelledAt: string | null;
  readonly updatedAt: string | null;
}): Removal | undefined {
  const reason = wordIn(departures, wire.status);
  if (reason === undefined) return undefined;
  const at = instantOf(wire.cancelledAt) ?? instantOf(wire.updatedAt);
  return { reason, ...(at === undefined ? {} : { at }) };
}

const genders: Readonly<Record<string, string>> = {
  male: 'M',
  m: 'M',
  man: 'M',
  female: 'F',
  f: 'F',
  woman: 'F',
  'non-binary': 'X',
  'non binary': 'X',
  nonbinary: 'X',
  non_binary: 'X',
  x: 'X',
};

/** `mixed`, which is a team's, and what was not said are null. */
export function genderOf(text: string | null): string | null {
  return wordIn(genders, text) ?? null;
}

/**
 * Money, where there is no doubt which unit it is in. A whole number is not stored: 4200 may be £42.00 in pence or £4,200,
 * and a hundredfold is worse than nothing. A decimal point or a currency sign says that it is in pounds, euros, dollars.
 */
export function amountOf(text: string | null): string | null {
  const match = /^(-?)([£€$]?)\s?(\d+|\d{1,3}(?:,\d{3})+)(\.\d{1,2})?$/.exec(text ?? '');
  if (!match) return null;
  const [, sign = '', currency = '', whole = '', fraction = ''] = match;
  return currency === '' && fraction === '' ? null : `${sign}${whole.replaceAll(',', '')}${fraction}`;
}

/** A time as a column without zone holds it: UTC. A day alone is its midnight. */
export function wallOf(text: string | null): string | null {
  const instant = instantOf(text);
  if (instant !== undefined) return utcWall(instant);
  const day = text?.length === 10 ? dayOf(text) : null;
  return day === null ? null : `${day}T00:00:00`;
}
