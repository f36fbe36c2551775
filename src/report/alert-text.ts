/** Alerts as text: who is concerned, what happened, what to do next. Plain text; the channels escape it. */
import type { AlertSubject, AlertToTell, Message } from '../domain/alerts.ts';
import * as errors from '../domain/errors.ts';
import { shellWord } from '../domain/shell-word.ts';
import { shorten } from './display-width.ts';
import { safeClause, safeText } from './safe-text.ts';

/** Named in one message; the others are counted. An outage of a provider concerns hundreds of events at once. */
const namedAtMost = 10;
/** A reason that is longer is told in full by `status --json`. */
const reasonColumns = 300;

/** One message for all that is told at once: what is wrong before what is well again. @param host the machine that tells it. */
export function alertMessage(told: readonly AlertToTell[], host: string): Message {
  const wrong = told.filter((one) => one.told === 'holds');
  const well = told.filter((one) => one.told === 'well');
  const named = [...wrong, ...well].slice(0, namedAtMost);
  const more = told.length - named.length;
  return {
    subject: `p88sync on ${safeText(host)}: ${headline(wrong, well)}`,
    text: [
      ...named.map((one) =>
        one.told === 'holds'
          ? wrongText(one.subject)
          : `Well again: ${whose(one.subject)}: ${words(one.subject).well}.`,
      ),
      ...(more > 0 ? [`And ${more} more: \`p88sync status\` shows all.`] : []),
    ].join('\n\n'),
  };
}

function headline(wrong: readonly AlertToTell[], well: readonly AlertToTell[]): string {
  const [first] = [...wrong, ...well];
  if (first && wrong.length + well.length === 1) {
    const { subject, told } = first;
    const what = told === 'holds' ? words(subject).wrong : 'well again';
    return `${safeText(subject.partner)}, ${concerned(subject)}: ${what}`;
  }
  const parts = [
    ...(wrong.length > 0 ? [`${wrong.length} ${wrong.length === 1 ? 'thing needs' : 'things need'} a person`] : []),
    ...(well.length > 0 ? [`${well.length} well again`] : []),
  ];
  return parts.join(', ');
}

/** The event by its name, or the credential by its provider and id. */
function concerned({ kind, name, eventId, credentialId, providerName }: AlertSubject): string {
  if (kind === 'credential-refused') return `credential ${credentialId} with ${providerName}`;
  return shorten(safeText(name ?? eventId ?? ''), 60);
}

/** What operators type for the event. */
function specOf({ partnerId, provider, eventId }: AlertSubject): string {
  return shellWord(`${partnerId}:${provider}:${safeText(eventId ?? '')}`);
}

/** `Peak Timing, Lake Run (1:runsignup:661001)` */
function whose(subject: AlertSubject): string {
  const spec = subject.kind === 'credential-refused' ? '' : ` (${specOf(subject)})`;
  return `${safeText(subject.partner)}, ${concerned(subject)}${spec}`;
}

function wrongText(subject: AlertSubject): string {
  const { wrong, next } = words(subject);
  return `${whose(subject)}: ${wrong}: ${reasonOf(subject)}.\nNext: ${next}`;
}

/** The classes of errors whose messages are written for people, without secrets and personal data. */
const writtenForPeople: ReadonlySet<string> = new Set(Object.keys(errors));

function reasonOf({ reason, error }: AlertSubject): string {
  if (error !== undefined && !writtenForPeople.has(error))
    return `an error that should not happen (${safeText(error)}); the log has it`;
  return shorten(safeClause(reason ?? ''), reasonColumns) || 'no reason was recorded';
}

interface Words {
  readonly wrong: string;
  /** What to do. */
  readonly next: string;
  readonly well: string;
}

function words(subject: AlertSubject): Words {
  const spec = specOf(subject);
  const hint = subject.hint === undefined ? undefined : shorten(safeText(subject.hint), reasonColumns);
  switch (subject.kind) {
    case 'credential-refused': {
      const { partnerId, provider, credentialId } = subject;
      return {
        wrong: 'the provider refuses it, so nothing is synced with it',
        next: `enter the right one with \`p88sync credentials add ${partnerId}:${provider} --principal …\` (the same principal replaces it), then \`p88sync credentials test ${credentialId}\`.`,
        well: 'it is no longer refused',
      };
    }
    case 'sync-failed':
      return {
        wrong: 'the sync failed for good; it goes on at its normal pace',
        next: hint ?? `\`p88sync sync-event ${spec} --debug\` shows what is in the way.`,
        well: 'it is synced again',
      };
    case 'safety-stop':
      return {
        wrong: 'safety stop, nobody was marked as removed',
        next: hint ?? `look at the event at ${subject.providerName}, then \`p88sync sync-event ${spec} --full\`.`,
        well: 'the list of its people is believed again',
      };
    case 'push-failed':
      return {
        wrong: `the push of its people to ${subject.providerName} failed for good; it goes on at its normal pace`,
        next: hint ?? `\`p88sync push-participants ${spec} --debug\` shows what is in the way.`,
        well: `its people reach ${subject.providerName} again`,
      };
    case 'pull-failed':
      return {
        wrong: `the pull of its results from ${subject.providerName} failed for good; it goes on at its normal pace`,
        next: hint ?? `\`p88sync pull-results ${spec} --debug\` shows what is in the way.`,
        well: 'its results come again',
      };
    case 'results-stop':
      return {
        wrong: 'safety stop, no result was marked as taken back',
        next: hint ?? `look at the event at ${subject.providerName}, then \`p88sync pull-results ${spec}\`.`,
        well: 'the list of its results is believed again',
      };
    case 'publish-failed':
      return {
        wrong: 'its results were asked for in sync_queue and could not be published',
        next: `\`p88sync publish-results ${spec} --dry-run\` shows what is in the way; it is tried again by no timer.`,
        well: 'its results are published',
      };
  }
}

/** What `alert test` sends. */
export function testMessage(host: string): Message {
  return {
    subject: `p88sync on ${safeText(host)}: a test`,
    text: 'This channel works. Nothing is wrong: somebody ran `p88sync alert test`.',
  };
}
