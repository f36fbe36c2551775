/** What the commands of the scoring side show. */
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { noCounts } from '../../src/domain/outcomes.ts';
import type { PushedParticipant } from '../../src/domain/scoring.ts';
import type { ScoringPlan } from '../../src/domain/scoring-work.ts';
import { providers } from '../../src/providers/registry.ts';
import { renderLinks } from '../../src/report/links-text.ts';
import { outcomesJson, scoringOutcomesJson } from '../../src/report/outcome-json.ts';
import { planJson } from '../../src/report/plan-json.ts';
import { renderPlan } from '../../src/report/plan-text.ts';
import { type PushPreview, renderPreviews } from '../../src/report/push-preview.ts';
import { renderScoring, type ShownOutcome } from '../../src/report/scoring-text.ts';
import { renderOutcomes } from '../../src/report/tick-text.ts';
import { outcomeReport, plan, unitOutcome } from './run-data.ts';
import { minutesFrom, now, statusLink } from './status-data.ts';

const { event } = statusLink();
const scoring: ScoringPlan = {
  units: [{ kind: 'push', event, cost: 2, reason: 'a sync that ended 30 s ago changed something' }],
  leftOut: [
    {
      kind: 'results',
      event,
      why: 'budget',
      reason: 'needs 4 calls, 0 of 2000 an hour are free beside what registrations need',
    },
  ],
};
const outcome = (overrides: Partial<ShownOutcome> = {}): ShownOutcome => ({
  ...unitOutcome(),
  provider: 'copernico',
  credentialId: 7,
  raceId: undefined,
  eventIds: ['LAKE/HALF'],
  kind: 'push',
  priority: 'low',
  counts: { fetched: 6, inserted: 3, updated: 1, unchanged: 1_200, removed: 1, failed: 1 },
  byHand: [{ sourceId: 'runsignup-91000007', reason: 'refunded' }],
  durationMs: 2_100,
  ...overrides,
});
const outcomes = [
  outcome(),
  outcome({ kind: 'results', byHand: [], counts: { ...noCounts, fetched: 10, inserted: 2, updated: 1, unchanged: 7 } }),
  outcome({
    status: 'failed',
    byHand: [],
    counts: noCounts,
    failure: {
      kind: 'ProviderUnavailable',
      message: 'Copernico did not answer within 150 s.',
      hint: 'Whether the 100 people of this batch arrived is not known: the next push sends them again, under the same ids.',
      exit: 'someFailed',
    },
  }),
  outcome({ status: 'deferred', deferredBecause: 'claimed-elsewhere', byHand: [], counts: noCounts }),
];
const names = new Map([['1:copernico:LAKE/HALF', 'Lakefront Half Marathon']]);
const report = { outcomes, names, durationMs: 4_000 };

const person: PushedParticipant = {
  sourceId: 'runsignup-91000001',
  bib: '214',
  firstName: 'Dana',
  lastName: 'Okafor',
  gender: 'F',
  dateOfBirth: '1988-04-09',
  team: null,
  eventName: 'Lakefront Half Marathon',
  division: 'Elite',
  city: 'Ely',
  state: 'MN',
  removedReason: null,
};
const preview: PushPreview = {
  event,
  counts: { add: 1, change: 60, remove: 1, same: 1_200, refused: 2, byHand: 1, nameless: 1 },
  people: [
    { change: 'add', person },
    { change: 'change', person: { ...person, sourceId: 'runsignup-91000002', bib: null } },
    {
      change: 'remove',
      person: { ...person, sourceId: 'runsignup-91000003', firstName: null, removedReason: 'refunded' },
    },
  ],
};
const links = [
  {
    partnerId: 1,
    partner: 'Peak Timing',
    providerId: 2,
    eventId: '974559',
    name: 'Lakefront Festival: Half Marathon',
    startAt: minutesFrom(130),
    scoringProviderId: 5,
    scoringEventId: 'LAKE/HALF',
    scoringName: 'LAKEFRONT',
    credentialId: 7,
    linkedAt: now,
  },
  {
    partnerId: 1,
    partner: 'Peak Timing',
    providerId: 2,
    eventId: '974560',
    name: undefined,
    startAt: undefined,
    scoringProviderId: 5,
    scoringEventId: 'LAKE/10K',
    scoringName: undefined,
    credentialId: undefined,
    linkedAt: now,
  },
];
const byId = new Map(providers.map((provider, at) => [at + 2, provider]));

describe.each([80, 100])('on %i columns', (columns) => {
  const screen = { columns, color: false };
  it.each([
    ['scoring-plan', renderPlan({ ...plan(), scoring }, [], screen)],
    [
      'scoring-tick',
      renderOutcomes(
        outcomeReport({ outcomes: [unitOutcome(), ...outcomes], leftOut: [], scoringLeftOut: scoring.leftOut, names }),
        screen,
      ),
    ],
    ['scoring-outcomes', renderScoring(report, screen)],
    ['push-preview', renderPreviews([preview], false, screen)],
    ['links', renderLinks(links, byId, screen)],
  ])('%s', async (name, text) => {
    await expect(`${text}\n`).toMatchFileSnapshot(`golden/${name}-${columns}.txt`);
    expect(Math.max(...text.split('\n').map((line) => stringWidth(line)))).toBeLessThanOrEqual(columns);
  });
});

describe('as JSON', () => {
  it.each([
    ['scoring-plan', planJson({ ...plan({ units: [], leftOut: [] }), scoring })],
    [
      'scoring-tick',
      outcomesJson(outcomeReport({ outcomes: [unitOutcome(), ...outcomes.slice(0, 2)], leftOut: [], names })),
    ],
    ['scoring-outcomes', scoringOutcomesJson({ ...report, outcomes: outcomes.slice(0, 1) })],
  ])('%s', async (name, json) => {
    await expect(`${JSON.stringify(json, null, 2)}\n`).toMatchFileSnapshot(`golden/${name}-json.txt`);
  });
});

it('without links a plan says nothing of them', () => {
  expect(planJson(plan())).toEqual(planJson({ ...plan(), scoring: { units: [], leftOut: [] } }));
});
