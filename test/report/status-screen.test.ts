import { stripVTControlCharacters } from 'node:util';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import type { StatusData, StatusEvent } from '../../src/domain/status.ts';
import { renderStatus } from '../../src/report/status-screen.ts';
import { busyMorning, minutesFrom, now, statusCredential, statusData, statusEvent, synced } from './status-data.ts';

const plain = (columns: number) => ({ columns, color: false });
const widest = (text: string) => Math.max(...text.split('\n').map((line) => stringWidth(line)));

describe('the whole screen', () => {
  it.each([80, 100, 160])('on %i columns', async (columns) => {
    await expect(`${renderStatus(busyMorning(), plain(columns))}\n`).toMatchFileSnapshot(`golden/busy-${columns}.txt`);
  });

  it('when all is well', async () => {
    await expect(`${renderStatus(statusData(), plain(80))}\n`).toMatchFileSnapshot('golden/quiet-80.txt');
  });

  it('in colour, with escape written as ␛', async () => {
    const text = renderStatus(busyMorning(), { columns: 100, color: true });
    await expect(`${text.replaceAll('\u001b', '␛')}\n`).toMatchFileSnapshot('golden/busy-100-colour.txt');
  });

  it.each([80, 100, 160])('colour changes nothing but the colour on %i columns', (columns) => {
    expect(stripVTControlCharacters(renderStatus(busyMorning(), { columns, color: true }))).toBe(
      renderStatus(busyMorning(), plain(columns)),
    );
  });
});

describe('no line is wider than the screen', () => {
  const nasty = [
    'x'.repeat(400),
    '東京マラソン二〇二六大会記念特別競走',
    '👨‍👩‍👧‍👦 family 🏃🏽‍♀️ run 🇺🇸 ❤️',
    'Z̸̢̛̙̪̗̥̃͑̈́͒̕algó́́́́́́́́́ race',
    '\u001b[31mred\u001b[0m \u001b]0;title\u0007 \u009b2J run',
    'abc\u202egnp.exe \u2066x\u2069 \u200b',
    'two\nlines\tand\ra tab',
    '',
  ];
  const events = nasty.map((name, at) =>
    statusEvent({
      name,
      partner: name,
      eventId: at % 2 === 0 ? `event-${name}` : '1',
      participants: 1_234_567,
      removed: 98_765,
      timeZoneAssumed: true,
      leftOut: name,
      failure: { at: now, status: 'failed_permanent', failures: 4, reason: `${name} ${name}`, retryAt: undefined },
    }),
  );
  const data = statusData({
    events,
    database: `postgresql ${'h'.repeat(120)}`,
    running: [{ what: nasty.join(' '), host: 'h'.repeat(80), pid: 1, startedAt: now }],
    credentials: nasty.map((partner, at) =>
      statusCredential({ credentialId: at, partner, refused: { since: now, reason: partner, probeAt: undefined } }),
    ),
  });

  it.each([24, 40, 60, 79, 80, 81, 99, 100, 120, 159, 160, 240])('%i columns', (columns) => {
    expect(widest(renderStatus(data, plain(columns)))).toBeLessThanOrEqual(columns);
    expect(widest(renderStatus(busyMorning(), plain(columns)))).toBeLessThanOrEqual(columns);
  });

  it('and no foreign character reaches the terminal', () => {
    expect(renderStatus(data, plain(200))).not.toMatch(/(?!\n)\p{Cc}|\p{Cf}|[\uE000-\uF8FF]/u);
  });
});

describe('what to type next', () => {
  const cases: [string, Partial<StatusData>, string[]][] = [
    [
      'no partners',
      { partners: 0, credentials: [], events: [], lastDiscoveryAt: undefined, lastSyncAt: undefined },
      ['Nothing is set up yet.', 'p88sync partners add "Peak Timing"'],
    ],
    [
      'no credentials',
      { credentials: [], events: [], lastDiscoveryAt: undefined, lastSyncAt: undefined },
      ['No credentials are stored yet.', 'p88sync credentials add 1:runsignup --principal KEY'],
    ],
    ['no events', { events: [], lastDiscoveryAt: undefined }, ['No upcoming events are known.', 'p88sync discover']],
    [
      'never synced',
      {
        events: [statusEvent({ lastSync: undefined }), statusEvent({ eventId: '2', lastSync: undefined })],
        lastSyncAt: undefined,
      },
      ['None of 2 upcoming events was ever synced.', 'p88sync tick', 'p88sync timers install'],
    ],
    [
      'the timers stand still',
      { events: [statusEvent(synced(60, 1, 'high'))], lastSyncAt: minutesFrom(-60) },
      ['The upcoming event is late.', 'No sync for 1 h: do the timers run?  p88sync doctor'],
    ],
  ];

  it.each(cases)('%s', (_, overrides, wanted) => {
    const text = renderStatus(statusData(overrides), plain(80));
    expect(wanted.filter((part) => !text.includes(part))).toEqual([]);
    expect(widest(text)).toBeLessThanOrEqual(80);
  });

  it('nothing, where all runs', () => {
    expect(renderStatus(statusData(), plain(80))).not.toContain('p88sync ');
  });
});

describe('the credentials', () => {
  const at = (iso: string) => new Date(`2026-08-08T${iso}:00Z`);
  it.each([
    ['05:59', '06:00'],
    ['06:00', '18:00'],
    ['17:59', '18:00'],
    ['18:00', '06:00'],
    ['23:59', '06:00'],
  ])('at %s UTC the next discovery after a failed one is at %s', (time, next) => {
    const data = statusData({
      now: at(time),
      credentials: [
        statusCredential({
          credentialId: 7,
          partnerId: 2,
          lastDiscovery: {
            at: new Date(at(time).getTime() - 3 * 3_600_000),
            status: 'failed',
            reason: 'It timed out.',
          },
        }),
      ],
    });
    const lines = renderStatus(data, plain(80)).split('\n');
    expect(lines.slice(-3)).toEqual([
      expect.stringMatching(/^✗ {2}7 .* 3 h ago/),
      `   Discovery failed 3 h ago: It timed out. Next at ${next} UTC, or now:`,
      '   p88sync discover 2:runsignup',
    ]);
  });

  it('tells one that was not discovered in time, and one that never was', () => {
    const overdue = { at: minutesFrom(-14 * 60), status: 'completed', reason: undefined } as const;
    const data = statusData({
      credentials: [statusCredential({ lastDiscovery: overdue }), statusCredential({ lastDiscovery: undefined })],
    });
    const text = renderStatus(data, plain(100));
    expect(text).toContain(
      '   No new events were looked for since 14 h: do the timers run? Next at 18:00 UTC, or now:',
    );
    expect(text).toContain('   Its events were not looked for yet. Next at 18:00 UTC, or now:');
  });
});

describe('events whose credential was removed', () => {
  const without = (changes: Partial<StatusEvent>) =>
    statusEvent({ credentialId: undefined, startAt: minutesFrom(5), ...synced(60, 1, 'high'), ...changes });

  it('are counted in one line that says what to do, and are not the next start', () => {
    const one = renderStatus(statusData({ events: [without({}), statusEvent()] }), plain(240)).split('\n');
    expect(one.slice(0, 3)).toEqual([
      'The upcoming event is up to date.',
      'Next start in 2 h 10 min: Lakefront Half Marathon, Sat 8 Aug 06:30 CDT.',
      '1 event has no credential (1:runsignup) and is not synced: fine if that is meant, else p88sync credentials add 1:runsignup --principal KEY, then p88sync discover 1:runsignup.',
    ]);
    const two = renderStatus(statusData({ events: [without({}), without({ partnerId: 2 })] }), plain(240));
    expect(two).toContain('2 events have no credential (1:runsignup and 1 other) and are not synced: ');
  });

  it('are dim from mark to people, whatever became of them', () => {
    const event = without({
      leftOut: 'r',
      failure: { at: now, status: 'failed', failures: 1, reason: 'r', retryAt: now },
    });
    const text = renderStatus(statusData({ events: [event] }), { columns: 160, color: true });
    const line = text.split('\n').find((each) => each.includes('1:runsignup:974559')) ?? '';
    const painted = [...line.replaceAll('\u001b', '␛').matchAll(/␛\[(\d+)m(.*?)␛\[\d+m/g)];
    expect(new Set(painted.map(([, code]) => code))).toEqual(new Set(['2']));
    expect(painted.map(([, , shown]) => shown)).toEqual([
      '–',
      'Lakefront Half Marathon',
      '1:runsignup:974559',
      'Sat 8 Aug 04:25 CDT',
      'in 5 min',
      '–',
      'no credential:',
      'not synced',
      '1,234',
    ]);
    expect(text).not.toMatch(/Failed|Not in the next tick/);
  });
});

describe('650 events', () => {
  const many = (late: number) =>
    statusData({
      events: Array.from({ length: 650 }, (_, at) =>
        statusEvent({
          eventId: String(at),
          name: `Race ${at}`,
          startAt: minutesFrom(30 * 60 + (650 - at)),
          ...synced(at < late ? 600 : 30, 240, 'low'),
        }),
      ),
    });
  const shownNames = (text: string) => [...text.matchAll(/^. {2}(Race \d+) /gm)].map(([, name]) => name);

  it('shows those that need attention, then the next 25 by start', () => {
    const text = renderStatus(many(3), plain(100));
    const next = Array.from({ length: 25 }, (_, at) => `Race ${649 - at}`);
    expect(shownNames(text)).toEqual(['Race 2', 'Race 1', 'Race 0', ...next]);
    expect(text).toContain('3 of 650 upcoming events are late.');
    expect(text).toContain('... and 622 more; --json lists all');
  });

  it('does not flood the screen when everything is late', () => {
    const text = renderStatus(many(650), plain(100));
    expect(shownNames(text)).toHaveLength(40);
    expect(text).toContain('... and 610 more (610 of them need attention); --json lists all');
  });
});
