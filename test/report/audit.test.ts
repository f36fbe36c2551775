/** What operators read of an audit. */
import { describe, expect, test } from 'vitest';
import type { AuditReport, Check, JudgedPromise, PromiseName } from '../../src/domain/audit.ts';
import { promises } from '../../src/domain/audit.ts';
import { auditJson, renderAudit } from '../../src/report/audit-text.ts';
import { displayWidth } from '../../src/report/display-width.ts';

const check = (changes: Partial<Check> = {}): Check => ({
  of: ['run', 'runs'],
  checked: 1_204,
  broken: 0,
  examples: [],
  hint: 'Look at it.',
  ...changes,
});

/** All kept, but for what is given. */
function report(changes: Partial<Record<PromiseName, Partial<JudgedPromise>>> = {}): AuditReport {
  return {
    database: 'postgresql db.example.org:5432/p88',
    now: new Date('2026-09-12T10:00:30Z'),
    from: new Date('2026-08-13T10:00:30Z'),
    prunedBefore: undefined,
    promises: (Object.keys(promises) as PromiseName[]).map((promise) => ({
      promise,
      checks: [check()],
      notes: [],
      ...changes[promise],
    })),
  };
}

const broken = report({
  noWriteWithoutClaim: {
    checks: [
      check({ of: ['run with pages', 'runs with pages'], checked: 1 }),
      check({
        of: ['write', 'writes'],
        checked: 31_250,
        broken: 5,
        examples: [
          '1:runsignup:974559: 2 rows of runsignup_participants were written at 2026-09-12T09:20:00.000Z, when no sync of it ran',
          '1:copernico:spring-run-2026:5fbe1dc5-deb8-40dd-8a08-2375ac1f13d5/10K: 1 row of copernico_results was written at 2026-09-12T09:19:00.000Z, when no pull of it ran',
        ],
        hint: 'Look for another program that writes to these tables, or sets fetched_date.',
      }),
    ],
  },
  secrets: {
    checks: [
      check({
        of: ['text', 'texts'],
        broken: 1,
        examples: ['api_calls, api_call_id 7: the secret of credential 3'],
        hint: 'Have the provider give out another secret.',
      }),
    ],
    notes: ['Not looked for, because they could be part of any word: 2 secrets of less than 8 characters.'],
  },
});

describe.each([80, 100])('%i columns', (columns) => {
  const draw = (one: AuditReport) => renderAudit(one, { columns, color: false });

  test('kept and broken promises, with examples and what to do', async () => {
    await expect(`${draw(broken)}\n`).toMatchFileSnapshot(`golden/audit-${columns}.txt`);
  });

  test.each([broken, report()])('no line is wider', (one) => {
    expect(Math.max(...draw(one).split('\n').map(displayWidth))).toBeLessThanOrEqual(columns);
  });
});

test('all is kept; what was pruned is said', () => {
  const text = renderAudit(
    { ...report(), prunedBefore: new Date('2026-08-12T10:00:30Z') },
    { columns: 100, color: false },
  );
  expect(text.split('\n').slice(0, 5)).toEqual([
    'Every promise is kept.',
    'Judged: postgresql db.example.org:5432/p88, from 2026-08-13 10:00 UTC to 2026-09-12 10:00 UTC.',
    'History from before 2026-08-12 10:00 UTC was pruned.',
    '',
    '✓ One run at a time on an event: 1,204 runs',
  ]);
});

test('JSON: every field, sums by promise', () => {
  const json = auditJson(broken, 'someFailed');
  expect(json).toMatchObject({ exitCode: 1, broken: 2, prunedBefore: null, database: broken.database });
  expect(json.promises[1]).toEqual({
    promise: 'noWriteWithoutClaim',
    title: 'No write by a run that had lost its claim',
    checked: 31_251,
    broken: 5,
    checks: broken.promises[1]?.checks.map(({ of: [, several], ...rest }) => ({ of: several, ...rest })),
    notes: [],
  });
  expect(auditJson(report(), 'done')).toMatchObject({ exitCode: 0, broken: 0 });
});
