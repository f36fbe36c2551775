import { expect, test } from 'vitest';
import type { AdoptionReport, MigrationPlan } from '../../src/domain/adoption.ts';
import { adoptionJson, renderAdoption, renderMigrationPlan } from '../../src/report/adoption-text.ts';
import { displayWidth } from '../../src/report/display-width.ts';

const report: AdoptionReport = {
  tables: ['runsignup_participants', 'sync_history'],
  findings: [
    {
      kind: 'duplicates',
      table: 'runsignup_participants',
      count: 301,
      message: '301 rows of runsignup_participants share their (timing_partner_id, registration_id) with a newer row',
      action: 'All stay.',
    },
    { kind: 'views', table: undefined, count: 1, message: 'unified_events is there', action: 'Replaced.' },
  ],
};
const plan: MigrationPlan = {
  missing: ['0001-core'],
  adoption: report,
  statements: ['alter table "a"\n  add column b text', "comment on view v is 'red \u001b[31m'"],
};

test('a finding and what is done about it, within the screen', () => {
  const text = renderAdoption(report, ['runsignup_participants', 'runsignup_participants'], {
    columns: 60,
    color: false,
  });
  expect(text.split('\n')).toEqual([
    'Tables of older programs: runsignup_participants,',
    'sync_history.',
    '',
    '- 301 rows of runsignup_participants share their',
    '  (timing_partner_id, registration_id) with a newer row',
    '    All stay.',
    '- unified_events is there',
    '    Replaced.',
    '- Old rows break a foreign key of runsignup_participants: it',
    '  holds for new rows only.',
  ]);
  expect(Math.max(...text.split('\n').map(displayWidth))).toBeLessThanOrEqual(60);
});

test('the SQL can be copied, and cannot disturb the terminal', () => {
  const text = renderMigrationPlan('postgresql db/p88', plan, { columns: 100, color: false });
  expect(text.replace(/\s+/g, ' ')).toContain(
    'nothing was changed. `p88sync migrate` would run 2 statements and record 0001-core:',
  );
  expect(text).toContain('\nalter table "a"\n  add column b text;\n');
  expect(text).toContain("comment on view v is 'red '");
});

test('nothing to do', () => {
  const done: MigrationPlan = { missing: [], adoption: undefined, statements: [] };
  expect(renderMigrationPlan('db', done, { columns: 80, color: false })).toBe(
    'db: nothing to do, the schema is up to date.',
  );
  expect(adoptionJson(undefined, [])).toEqual({ adopted: null });
  expect(adoptionJson(report, ['t'])).toEqual({
    adopted: {
      tables: report.tables,
      findings: [report.findings[0], { ...report.findings[1], table: null }],
      notValidForeignKeys: ['t'],
    },
  });
});
