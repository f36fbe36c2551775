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
  for (const name of without) tables.delete(name);
  const has = (name: string) => tables.has(name);
  return [
    ...[...tables].map(([name, table]) => createTable(name, table)),
    ...[...tables].flatMap(([name, table]) => foreignKeys(name, table, has)),
    ...fillStatements(raceRoster).flatMap(([table, statement]) => (has(table) ? [statement] : [])),
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
function foreignKeys(name: string, { columns }: Table, has: (table: string) => boolean): readonly string[] {
  const names = columns.map(([column]) => column);
  const provider = /^(copernico|ct|haku|raceroster|runsignup)_/.exec(name)?.[1];
  const events = `${provider}_events`;
  const references: readonly (readonly [string, string, string])[] = [
    ['timing_partner_id', 'timing_partners', ''],
    ['provider_id', 'providers', ''],
    ['event_id', events, ' on delete cascade'],
  ];
  return references.flatMap(([column, table, rest]) =>
    names.includes(column) && name !== table && !name.endsWith('_events') && has(table)
      ? [`alter table ${name} add foreign key (${column}) references ${table}${rest}`]
      : column === 'timing_partner_id' && name.endsWith('_events') && has(table)
        ? [`alter table ${name} add foreign key (${column}) references ${table}`]
        : [],
  );
}
