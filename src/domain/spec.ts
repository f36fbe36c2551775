import { UsageError } from './errors.ts';

/** What an operator types for one event: `1:runsignup:974559`; partner and provider by name (any case) or id. */
export interface EventSpec {
  readonly partner: string;
  readonly provider: string;
  readonly event: string;
}

/** What an operator types for a partner, or a partner's provider: `1`, `1:runsignup`, `Peak Timing:raceroster`. */
export interface PartnerSpec {
  readonly partner: string;
  readonly provider: string | undefined;
}

/** @throws UsageError unless it has three parts, none of them empty. An event id may itself hold colons. */
export function parseEventSpec(text: string): EventSpec {
  const [partner, provider, ...rest] = text.split(':').map((part) => part.trim());
  const event = rest.join(':');
  if (!partner || !provider || !event) {
    throw new UsageError(`"${text}" is not an event: expected PARTNER:PROVIDER:EVENT`, {
      hint: 'For example 1:runsignup:974559; `p88sync status` lists the events.',
    });
  }
  return { partner, provider, event };
}

/** @throws UsageError unless it has one or two parts, none of them empty. */
export function parsePartnerSpec(text: string): PartnerSpec {
  const parts = text.split(':').map((part) => part.trim());
  const [partner, provider] = parts;
  if (!partner || parts.length > 2 || provider === '') {
    throw new UsageError(`"${text}" is not a partner: expected PARTNER or PARTNER:PROVIDER`, {
      hint: 'For example 1 or 1:runsignup; `p88sync partners list` names them.',
    });
  }
  return { partner, provider };
}
