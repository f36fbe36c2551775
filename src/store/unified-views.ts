/** The views over all providers that other programs read; each provider contributes its SELECT. */
import type { Provider } from '../domain/provider.ts';
import { unifiedResults } from '../domain/unified-columns.ts';

export const unifiedViewNames = ['unified_events', 'unified_participants', 'unified_results'] as const;

/** `create or replace` keeps rights that were granted on the views, and refuses to drop or rename a column. */
export function unifiedViewStatements(providers: readonly Provider[]): readonly string[] {
  const selects: Readonly<Record<(typeof unifiedViewNames)[number], readonly string[]>> = {
    unified_events: providers.map((provider) => provider.views.events),
    unified_participants: providers.map((provider) => provider.views.participants),
    unified_results: [...providers.flatMap((provider) => provider.views.results ?? []), noResults],
  };
  return unifiedViewNames.map((name) => `create or replace view ${name} as ${selects[name].join('\nunion all\n')}`);
}

/** Gives unified_results its columns while no provider of results is there. */
const noResults = `select ${Object.entries(unifiedResults)
  .map(([name, type]) => `null::${type} as ${name}`)
  .join(', ')} where false`;
