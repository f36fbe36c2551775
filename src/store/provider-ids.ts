/** Ties the program's providers to the rows of `providers`, whose ids differ between installations. */

import { UsageError } from '../domain/errors.ts';
import type { Provider } from '../domain/provider.ts';
import type { Db } from './database.ts';

export interface ProviderIds {
  readonly byId: ReadonlyMap<number, Provider>;
  idOf(provider: Provider): number;
}

/** `rate_limit_per_hour` by provider id, where a row has one. */
export async function listProviderLimits(db: Db): Promise<ReadonlyMap<number, number>> {
  const rows = await db.selectFrom('providers').select(['provider_id', 'rate_limit_per_hour']).execute();
  return new Map(
    rows.flatMap(({ provider_id, rate_limit_per_hour: calls }) =>
      calls === null ? [] : [[provider_id, calls] as const],
    ),
  );
}

/** The row is found by display name or one of the other names, in any case. @throws UsageError where one has no row. */
export async function readProviderIds(db: Db, providers: readonly Provider[]): Promise<ProviderIds> {
  const rows = await db.selectFrom('providers').select(['provider_id', 'name']).orderBy('provider_id').execute();
  const byId = new Map<number, Provider>();
  const ids = new Map<string, number>();
  for (const provider of providers) {
    const names = [provider.displayName, ...provider.otherNames, provider.name].map((name) => name.toLowerCase());
    const found = rows.filter((row) => names.includes(row.name.toLowerCase()));
    for (const row of found) byId.set(row.provider_id, provider);
    const [first] = found;
    if (first) ids.set(provider.name, first.provider_id);
  }
  return {
    byId,
    idOf(provider) {
      const id = ids.get(provider.name);
      if (id === undefined) {
        throw new UsageError(`the table providers has no row for ${provider.displayName}`, {
          hint: 'Run `p88sync migrate`.',
        });
      }
      return id;
    },
  };
}
