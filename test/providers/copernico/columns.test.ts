import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/domain/json.ts';
import { columnsOf } from '../../../src/providers/copernico/columns.ts';

const none = {
  id: undefined,
  bib: undefined,
  firstName: undefined,
  lastName: undefined,
  gender: undefined,
  age: undefined,
  category: undefined,
  status: undefined,
  gunStart: undefined,
  gunFinish: undefined,
  chipFinish: undefined,
  splits: [],
  places: { overall: undefined, gender: undefined, category: undefined },
};
const rowOf = (...keys: string[]): JsonObject => Object.fromEntries(keys.map((key) => [key, null]));

describe('the columns of a preset', () => {
  test('as the vendor shows them', () => {
    const row = rowOf('dorsal', 'name', 'surname', 'gender', 'category', 'event', 'status');
    expect(columnsOf([{ ...row, 'times.official_Finish': 1, 'times.official_5K': 1 }])).toEqual({
      ...none,
      bib: 'dorsal',
      firstName: 'name',
      lastName: 'surname',
      gender: 'gender',
      category: 'category',
      status: 'status',
      gunFinish: 'times.official_Finish',
      splits: [{ name: '5K', key: 'times.official_5K' }],
    });
  });

  test("under Copernico's own names, with both clocks and both rankings", () => {
    const row = rowOf(
      'participantId',
      'times.tod_:::finish:::',
      'times.official_:::start:::',
      'times.real_:::start:::',
      'times.official_:::razvorot:::',
      'times.real_:::razvorot:::',
      'times.official_15.9',
      'times.official_:::finish:::',
      'times.real_:::finish:::',
      'netrankings_:::full-1:::',
      'rankings_:::full-1:::',
      'rankings_:::5k-1:::',
      'rankings.gen_:::full-1:::',
      'netrankings.cat_:::full-1:::',
      'intervalaverages_:::full-1:::',
    );
    expect(columnsOf([row])).toEqual({
      ...none,
      id: 'participantId',
      gunStart: 'times.official_:::start:::',
      gunFinish: 'times.official_:::finish:::',
      chipFinish: 'times.real_:::finish:::',
      splits: [
        { name: 'razvorot', key: 'times.official_:::razvorot:::' },
        { name: '15.9', key: 'times.official_15.9' },
      ],
      places: {
        overall: 'rankings_:::full-1:::',
        gender: 'rankings.gen_:::full-1:::',
        category: 'netrankings.cat_:::full-1:::',
      },
    });
  });

  test('under Spanish captions, and where the captions were encoded twice', () => {
    const row = rowOf('Dorsal', 'Nombre', 'Apellidos', 'Sexo', 'Categoría', 'Estado', 'times.official_Meta');
    const columns = {
      ...none,
      bib: 'Dorsal',
      firstName: 'Nombre',
      lastName: 'Apellidos',
      gender: 'Sexo',
      category: 'Categoría',
      status: 'Estado',
      gunFinish: 'times.official_Meta',
    };
    expect(columnsOf([row])).toEqual(columns);
    const twice = columnsOf([rowOf('CategorÃ­a', 'times.official_Media MaratÃ³n')]);
    expect(twice.category).toBe('CategorÃ­a');
    expect(twice.splits).toEqual([{ name: 'Media Maratón', key: 'times.official_Media MaratÃ³n' }]);
  });

  test('are those of all rows: a row may lack what it has no value for', () => {
    const rows = [rowOf('dorsal', 'times.official_5K'), rowOf('id', 'times.official_10K', 'times.real_15K')];
    expect(columnsOf(rows)).toMatchObject({
      id: 'id',
      bib: 'dorsal',
      splits: [{ name: '5K' }, { name: '10K' }, { name: '15K', key: 'times.real_15K' }],
    });
    expect(columnsOf([])).toEqual(none);
  });
});
