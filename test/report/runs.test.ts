import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { noCounts } from '../../src/domain/outcomes.ts';
import { outcomesJson } from '../../src/report/outcome-json.ts';
import { planJson } from '../../src/report/plan-json.ts';
import { renderPlan } from '../../src/report/plan-text.ts';
import { summaryJson } from '../../src/report/summary-json.ts';
import { renderSummary } from '../../src/report/summary-text.ts';
import { renderOutcomes } from '../../src/report/tick-text.ts';
import { outcomeReport, plan, summary, unitOutcome } from './run-data.ts';

const plain = (columns: number) => ({ columns, color: false });
const firstLine = (text: string) => text.split('\n')[0];

describe.each([
  ['plan', renderPlan(plan(), [], plain(80)), renderPlan(plan(), [], plain(100))],
  ['tick', renderOutcomes(outcomeReport(), plain(80)), renderOutcomes(outcomeReport(), plain(100))],
  ['summary', renderSummary(summary(), plain(80)), renderSummary(summary(), plain(100))],
])('the text of a %s', (name, narrow, roomy) => {
  it.each([
    [80, narrow],
    [100, roomy],
  ])('on %i columns', async (columns, text) => {
    await expect(`${text}\n`).toMatchFileSnapshot(`golden/${name}-${columns}.txt`);
    expect(Math.max(...text.split('\n').map((line) => stringWidth(line)))).toBeLessThanOrEqual(columns);
  });
});

describe('the headline', () => {
  it('of a plan with nothing due', () => {
    expect(renderPlan(plan({ units: [], leftOut: [] }), [], plain(80))).toBe('Nothing would run: nothing is due.');
  });

  it('of a plan that leaves all out', () => {
    expect(firstLine(renderPlan(plan({ units: [] }), [], plain(80)))).toBe('Nothing would run; 1 event is left out.');
  });

  it.each([
    ['Nothing is due.', { outcomes: [], leftOut: [] }],
    ['Nothing was run. 1 event waits for a later tick.', { outcomes: [] }],
    [
      'Synced 2 events in 850 ms: 3 new, 2 changed, 1 removed.',
      { outcomes: [unitOutcome()], leftOut: [], durationMs: 850 },
    ],
    [
      'Synced 0 events in 1.0 s: 0 new, 0 changed, 0 removed. 1 unit failed.',
      { outcomes: [unitOutcome({ status: 'failed_permanent', counts: noCounts })], leftOut: [], durationMs: 1000 },
    ],
  ])('of a tick: %s', (text, overrides) => {
    expect(firstLine(renderOutcomes(outcomeReport(overrides), plain(100)))).toBe(text);
  });

  it.each([
    [undefined, 'another run is at it, or this one had to end'],
    ['claimed-elsewhere', 'another run is at it'],
    ['run-ended', 'this run had to end before it was done'],
    ['budget', 'the calls of this hour are spent'],
    ['credential-refused', 'its credential was refused before'],
    ['provider-pause', 'the provider asked for a pause before'],
    ['not-reached', 'this run ended before its turn came'],
  ] as const)('a unit that was put off without a failure says why: %s', (deferredBecause, words) => {
    const report = outcomeReport({ outcomes: [unitOutcome({ status: 'deferred', deferredBecause })] });
    expect(renderOutcomes(report, plain(100)).split('\n').at(-1)).toBe(`   Put off: ${words}.`);
    expect(outcomesJson(report).units[0]?.deferredBecause).toBe(deferredBecause ?? null);
  });

  it('of a full sync tells by its colour whether something is left', () => {
    const head = (overrides: Parameters<typeof summary>[0]) =>
      firstLine(renderSummary(summary(overrides), { columns: 100, color: true }))?.slice(0, 5);
    expect([head({}), head({ failures: [] }), head({ failures: [], left: 0 })]).toEqual([
      '\u001b[31m',
      '\u001b[33m',
      '\u001b[32m',
    ]);
  });
});

describe('JSON', () => {
  it('of a plan', async () => {
    await expect(`${JSON.stringify(planJson(plan()), null, 2)}\n`).toMatchFileSnapshot('golden/plan-json.txt');
  });

  it('of a tick', async () => {
    await expect(`${JSON.stringify(outcomesJson(outcomeReport()), null, 2)}\n`).toMatchFileSnapshot(
      'golden/tick-json.txt',
    );
  });

  it('of a full sync', async () => {
    await expect(`${JSON.stringify(summaryJson(summary()), null, 2)}\n`).toMatchFileSnapshot('golden/summary-json.txt');
  });
});
