import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { shortenName } from '../../src/report/event-name.ts';
import { renderPlan } from '../../src/report/plan-text.ts';
import { renderStatus } from '../../src/report/status-screen.ts';
import { renderOutcomes } from '../../src/report/tick-text.ts';
import { eventState, outcomeReport, plan, unitOutcome } from './run-data.ts';
import { statusData, statusEvent } from './status-data.ts';

const half = 'Pine Ridge Trail Festival: Half Marathon';

it.each([
  [40, half, half],
  [39, half, 'Pine Ridge Trail Festiv…: Half Marathon'],
  [29, half, 'Pine Ridge Tr…: Half Marathon'],
  [19, half, 'Pin…: Half Marathon'],
  [18, half, 'Pin…: Half Marath…'],
  [8, half, 'P…: Hal…'],
  [3, half, '…:…'],
  [1, half, '…'],
  [0, half, ''],
  [24, 'Lakefront: 5K presented by the Community Bank', 'Lakef…: 5K presented by…'],
  [24, 'Run: 5K presented by the Community Bank of Milwaukee', 'Run: 5K presented by th…'],
  [20, 'Pine Ridge Trail: 10K: Wave A', 'Pine R…: 10K: Wave A'],
  [20, 'Pine Ridge: The Thirtieth Anniversary Edition: 10K', 'Pine Ridge: Th…: 10K'],
  [12, 'Lakefront Half Marathon', 'Lakefront H…'],
  [12, 'Pine Ridge at 10:30 in the morning', 'Pine Ridge…'],
  [12, ': a name that begins with it', ': a name th…'],
  [12, 'a name that ends with it: ', 'a name that…'],
  [15, '東京マラソン二〇二六: 車いす', '東京マ…: 車いす'],
  [14, '東京マラソン二〇二六: 車いす', '東京…: 車いす'],
])('%i columns: %s', (width, name, short) => {
  expect(shortenName(name, width)).toBe(short);
  expect(stringWidth(short)).toBeLessThanOrEqual(width);
});

describe.each([80, 100])('on %i columns the events of one race are told apart', (columns) => {
  const screen = { columns, color: false };
  const kinds = ['Half Marathon', '25K', '5K'];
  const nameOf = (kind: string) =>
    `Pine Ridge Trail Festival and Community Weekend of the Upper Valley and its Schools: ${kind}`;
  const apart = (text: string) => kinds.filter((kind) => text.includes(`…: ${kind.slice(0, 2)}`));

  it('in status', () => {
    const events = kinds.map((kind, at) => statusEvent({ eventId: String(at), name: nameOf(kind) }));
    const text = renderStatus(statusData({ events }), screen);
    expect(apart(text)).toEqual(kinds);
    expect(text).toMatch(/^Next start in 2 h 10 min: Pine Ridge .*…: 25K and 2 others,/m);
  });

  it('in a plan', () => {
    const leftOut = kinds.map((kind, at) => ({
      event: eventState({ eventId: String(at), name: nameOf(kind) }),
      priority: 'low' as const,
      why: 'tick-full' as const,
      reason: 'r',
    }));
    const [unit] = plan().units;
    const units = leftOut.flatMap(({ event }) => (unit ? [{ ...unit, events: [event] }] : []));
    expect(apart(renderPlan(plan({ units, leftOut: [] }), [], screen))).toEqual(kinds);
    expect(apart(renderPlan(plan({ units: [], leftOut }), [], screen))).toEqual(kinds);
  });

  it('after a tick', () => {
    const outcomes = kinds.map((_, at) => unitOutcome({ eventIds: [String(at)] }));
    const names = new Map(kinds.map((kind, at) => [`1:runsignup:${at}`, nameOf(kind)]));
    expect(apart(renderOutcomes(outcomeReport({ outcomes, names }), screen))).toEqual(kinds);
  });
});
