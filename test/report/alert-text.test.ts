/** The messages word for word, and that nothing of others can break out of them. */
import { describe, expect, test } from 'vitest';
import type { AlertKind, AlertSubject, AlertToTell, Told } from '../../src/domain/alerts.ts';
import { alertMessage } from '../../src/report/alert-text.ts';
import { type EndedUnit, hasToldItself, unitFailedMessage } from '../../src/report/unit-failed-text.ts';

function toTell(kind: AlertKind, told: Told = 'holds', changes: Partial<AlertSubject> = {}): AlertToTell {
  const scoring = ['push-failed', 'pull-failed', 'results-stop'].includes(kind);
  const subject: AlertSubject = {
    kind,
    partnerId: 1,
    partner: 'Peak Timing',
    provider: scoring ? 'copernico' : 'runsignup',
    providerName: scoring ? 'Copernico' : 'RunSignUp',
    eventId: scoring ? 'RACE/10K' : '974559',
    credentialId: 3,
    name: 'Lake Run',
    state: told,
    reason: 'it answered 500',
    hint: undefined,
    error: 'ProviderUnavailable',
    ...changes,
  };
  const fact = { partnerId: 1, cause: `${kind}:2:974559`, subject, row: undefined };
  return { fact, subject, told, channels: ['webhook'] };
}
const message = (...told: readonly AlertToTell[]) => alertMessage(told, 'timing-1');

describe('one cause', () => {
  test.each<[AlertKind, string, string]>([
    [
      'credential-refused',
      'p88sync on timing-1: Peak Timing, credential 3 with RunSignUp: the provider refuses it, so nothing is synced with it',
      'Peak Timing, credential 3 with RunSignUp: the provider refuses it, so nothing is synced with it: it answered 500.\nNext: enter the right one with `p88sync credentials add 1:runsignup --principal …` (the same principal replaces it), then `p88sync credentials test 3`.',
    ],
    [
      'sync-failed',
      'p88sync on timing-1: Peak Timing, Lake Run: the sync failed for good; it goes on at its normal pace',
      'Peak Timing, Lake Run (1:runsignup:974559): the sync failed for good; it goes on at its normal pace: it answered 500.\nNext: `p88sync sync-event 1:runsignup:974559 --debug` shows what is in the way.',
    ],
    [
      'safety-stop',
      'p88sync on timing-1: Peak Timing, Lake Run: safety stop, nobody was marked as removed',
      'Peak Timing, Lake Run (1:runsignup:974559): safety stop, nobody was marked as removed: it answered 500.\nNext: look at the event at RunSignUp, then `p88sync sync-event 1:runsignup:974559 --full`.',
    ],
    [
      'push-failed',
      'p88sync on timing-1: Peak Timing, Lake Run: the push of its people to Copernico failed for good; it goes on at its normal pace',
      'Peak Timing, Lake Run (1:copernico:RACE/10K): the push of its people to Copernico failed for good; it goes on at its normal pace: it answered 500.\nNext: `p88sync push-participants 1:copernico:RACE/10K --debug` shows what is in the way.',
    ],
    [
      'pull-failed',
      'p88sync on timing-1: Peak Timing, Lake Run: the pull of its results from Copernico failed for good; it goes on at its normal pace',
      'Peak Timing, Lake Run (1:copernico:RACE/10K): the pull of its results from Copernico failed for good; it goes on at its normal pace: it answered 500.\nNext: `p88sync pull-results 1:copernico:RACE/10K --debug` shows what is in the way.',
    ],
    [
      'results-stop',
      'p88sync on timing-1: Peak Timing, Lake Run: safety stop, no result was marked as taken back',
      'Peak Timing, Lake Run (1:copernico:RACE/10K): safety stop, no result was marked as taken back: it answered 500.\nNext: look at the event at Copernico, then `p88sync pull-results 1:copernico:RACE/10K`.',
    ],
    [
      'publish-failed',
      'p88sync on timing-1: Peak Timing, Lake Run: its results were asked for in sync_queue and could not be published',
      'Peak Timing, Lake Run (1:runsignup:974559): its results were asked for in sync_queue and could not be published: it answered 500.\nNext: `p88sync publish-results 1:runsignup:974559 --dry-run` shows what is in the way; it is tried again by no timer.',
    ],
  ])('%s', (kind, subject, text) => {
    expect(message(toTell(kind))).toEqual({ subject, text });
  });

  test.each<[AlertKind, string]>([
    ['credential-refused', 'Well again: Peak Timing, credential 3 with RunSignUp: it is no longer refused.'],
    ['sync-failed', 'Well again: Peak Timing, Lake Run (1:runsignup:974559): it is synced again.'],
    [
      'safety-stop',
      'Well again: Peak Timing, Lake Run (1:runsignup:974559): the list of its people is believed again.',
    ],
    ['push-failed', 'Well again: Peak Timing, Lake Run (1:copernico:RACE/10K): its people reach Copernico again.'],
    ['pull-failed', 'Well again: Peak Timing, Lake Run (1:copernico:RACE/10K): its results come again.'],
    [
      'results-stop',
      'Well again: Peak Timing, Lake Run (1:copernico:RACE/10K): the list of its results is believed again.',
    ],
    ['publish-failed', 'Well again: Peak Timing, Lake Run (1:runsignup:974559): its results are published.'],
  ])('%s is well again', (kind, text) => {
    const { subject, text: told } = message(toTell(kind, 'well'));
    expect(told).toBe(text);
    expect(subject).toMatch(/^p88sync on timing-1: Peak Timing, .*: well again$/);
  });

  test('the hint of the failure goes before the general one', () => {
    const { text } = message(toTell('safety-stop', 'holds', { hint: 'Look there, then do that.' }));
    expect(text.split('\n').at(-1)).toBe('Next: Look there, then do that.');
  });
});

test('several causes are one message, what is wrong before what is well; beyond ten they are counted', () => {
  const wrong = Array.from({ length: 11 }, (_, n) => toTell('sync-failed', 'holds', { eventId: `${n}` }));
  const { subject, text } = message(toTell('push-failed', 'well'), ...wrong);
  expect(subject).toBe('p88sync on timing-1: 11 things need a person, 1 well again');
  const blocks = text.split('\n\n');
  expect(blocks).toHaveLength(11);
  expect(blocks[9]).toContain('(1:runsignup:9)');
  expect(blocks[10]).toBe('And 2 more: `p88sync status` shows all.');
  expect(message(toTell('sync-failed'), toTell('push-failed', 'well')).subject).toBe(
    'p88sync on timing-1: 1 thing needs a person, 1 well again',
  );
});

describe('what others wrote', () => {
  test('stays on its line, and within bounds', () => {
    const { subject, text } = message(
      toTell('sync-failed', 'holds', {
        name: `Lake\r\nBcc: x@y.org\u202e ${'x'.repeat(100)}`,
        partner: 'Peak\nTiming',
        eventId: "9; rm -rf / 'x",
        reason: `a\n\n\u001b[31mb ${'y'.repeat(1000)}`,
      }),
    );
    expect(subject).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(subject).toContain('Peak Timing, Lake Bcc: x@y.org xxx');
    expect(text.split('\n')).toHaveLength(2);
    expect(text).toContain(': a b yyy');
    expect(text).toContain(`sync-event '1:runsignup:9; rm -rf / '\\''x'`);
    expect(text.length).toBeLessThan(1000);
  });

  test('of an error that nobody wrote for people only its class is told', () => {
    const { text } = message(toTell('sync-failed', 'holds', { error: 'TypeError', reason: "bad name 'Canaria'" }));
    expect(text).toContain('an error that should not happen (TypeError); the log has it');
    expect(text).not.toContain('Canaria');
    expect(message(toTell('sync-failed', 'holds', { reason: undefined })).text).toContain('no reason was recorded');
  });
});

describe('a unit that failed', () => {
  const nothing: EndedUnit = { result: undefined, exitCode: undefined, exitStatus: undefined };
  const exited = (exitStatus: string): EndedUnit => ({ result: 'exit-code', exitCode: 'exited', exitStatus });
  test.each<[EndedUnit, string]>([
    [nothing, 'p88sync-tick.service failed.'],
    [
      exited('3'),
      'p88sync-tick.service failed: exit code 3, database unreachable, or its schema older or newer than the program.',
    ],
    [exited('203'), 'p88sync-tick.service failed: exit code 203.'],
    [
      { result: 'timeout', exitCode: 'killed', exitStatus: 'TERM' },
      'p88sync-tick.service failed: it had not ended in its time, and systemd ended it.',
    ],
    [
      { result: 'signal', exitCode: 'killed', exitStatus: 'KILL' },
      'p88sync-tick.service failed: it was ended by signal KILL.',
    ],
    [
      { result: 'oom-kill', exitCode: 'killed', exitStatus: 'KILL' },
      'p88sync-tick.service failed: the machine ran out of memory.',
    ],
    [{ result: 'resources', exitCode: undefined, exitStatus: undefined }, 'p88sync-tick.service failed: resources.'],
  ])('%j', (ended, first) => {
    const { subject, text } = unitFailedMessage('p88sync-tick.service', ended, 'timing-1');
    expect(subject).toBe('p88sync on timing-1: p88sync-tick.service failed');
    expect(text).toBe(
      `${first}\nNext: \`journalctl -u p88sync-tick.service -n 50\` has its log; \`p88sync doctor\` looks for the cause. While it fails this is told once an hour.`,
    );
  });

  test('the run has told of a refused credential and of a safety stop itself, of nothing else', () => {
    const statuses = ['0', '1', '2', '3', '4', '5', '6', '70', '130', '143'];
    expect(statuses.filter((status) => hasToldItself(exited(status)))).toEqual(['5', '6']);
    expect(hasToldItself({ result: 'timeout', exitCode: 'exited', exitStatus: '5' })).toBe(false);
    expect(hasToldItself(nothing)).toBe(false);
  });
});
