/**
 * A database as the programs before p88sync left it: their tables in their shapes, 40,000 people, 1,600 events, and each
 * trap that production has. Made set-based, once per run, as a template.
 */
import pg from 'pg';
import { cloneDatabase, type TestDatabase, templateDatabase } from '../databases.ts';
import { fillStatements } from './fill.ts';
import { existingTables, laterRaceRoster } from './tables.ts';
import { otherPrograms, unifiedViews } from './views.ts';

export interface ExistingOptions {
  /** The shape of Race Roster's tables: integer ids, or uuids of the later program. */
  readonly raceRoster?: 'integer' | 'uuid';
  /** Tables that this installation lacks; views over them are left out too. */
  readonly without?: readonly string[];
}

export async function existingDatabase(options: ExistingOptions = {}): Promise<TestDatabase> {
  const { raceRoster = 'uuid', without = [] } = options;
  const name = ['existing', raceRoster, ...without].join('_').slice(0, 40);
  const template = await templateDatabase(name, async (url) => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    for (const statement of statementsOf(raceRoster, new Set(without))) await client.query(statement);
    await client.query('analyze');
    await client.end();
  });
  return cloneDatabase(template);
}

function statementsOf(raceRoster: 'integer' | 'uuid', without: ReadonlySet<string>): readonly string[] {
  const tables = new Map(parse(existingTables));
  if (raceRoster === 'uuid') for (const [name, table] of parse(laterRaceRoster)) tables.set(name, table);
  const has = (name: string) => !without.has(name);
  return [
    ...[...tables].map(([name, table]) => createTable(name, table)),
    ...[...tables].flatMap(([name, table]) => foreignKeys(name, table)),
    ...fillStatements(raceRoster),
    ...[...without].map((name) => `drop table ${name} cascade`),
    ...unifiedViews(has, raceRoster),
    ...otherPrograms(has),
  ];
}

interface Table {
  readonly key: string;
  readonly columns: readonly (readonly [name: string, type: string])[];
}

function parse(text: string): [string, Table][] {
  return text
    .trim()
    .split(/\n(?=\w)/)
    .map((part) => {
      const [head = '', ...lines] = part.split('\n');
      const [, name = '', key = ''] = /^(\w+) \((.*)\)$/.exec(head) ?? [];
      const columns = lines
        .join(' ')
        .split(/,\s+/)
        .map((column): [string, string] => {
          const [, column_ = '', type = ''] = /^\s*(\w+) (.*)$/.exec(column) ?? [];
          return [column_, type];
        });
      return [name, { key, columns }];
    });
}

/** `id serial; unique (name)` or `race_id, event_id`. */
function createTable(name: string, { key, columns }: Table): string {
  const [primary = '', ...others] = key.split('; ');
  const serial = / serial$/.test(primary) ? primary.replace(' serial', '') : undefined;
  const lines = columns.map(([column, type]) => {
    const isNotNull = type.endsWith('!');
    const own = column === serial ? 'serial' : type.replace('!', '');
    return `${column} ${own}${isNotNull ? ' not null' : ''}`;
  });
  return `create table ${name} (${[...lines, `primary key (${serial ?? primary})`, ...others].join(', ')})`;
}

/** Partners and providers, and below an event its participants, races and results. */
function foreignKeys(name: string, { columns }: Table): readonly string[] {
  const provider = /^(copernico|ct|haku|raceroster|runsignup)_/.exec(name)?.[1];
  const referred: Readonly<Record<string, string | undefined>> = {
    timing_partner_id: 'timing_partners',
    provider_id: 'providers',
    event_id: provider && `${provider}_events`,
  };
  return columns.flatMap(([column]) => {
    const table = referred[column];
    if (table === undefined || table === name) return [];
    return `alter table ${name} add foreign key (${column}) references ${table}${column === 'event_id' ? ' on delete cascade' : ''}`;
  });
}
