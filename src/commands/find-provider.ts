import { UsageError } from '../domain/errors.ts';
import type { Provider } from '../domain/provider.ts';
import type { Workspace } from './context.ts';

/** A provider by its name in any spelling (`runsignup`, `Race Roster`) or its id in this database. @throws UsageError */
export function findProvider(workspace: Workspace, providers: readonly Provider[], nameOrId: string): Provider {
  const wanted = nameOrId.trim().toLowerCase();
  const found =
    providers.find((provider) =>
      [provider.name, provider.displayName, ...provider.otherNames].some((name) => name.toLowerCase() === wanted),
    ) ?? (/^\d+$/.test(wanted) ? workspace.providerIds.byId.get(Number(wanted)) : undefined);
  if (found) return found;
  throw new UsageError(`there is no provider "${nameOrId}"`, {
    hint: `Known: ${providers.map((provider) => provider.name).join(', ')}.`,
  });
}

/** @throws UsageError where it has nobody to be synced: a scoring system. */
export function checkRegistrations({ displayName, abilities }: Provider): void {
  if (abilities.registrations) return;
  throw new UsageError(`${displayName} has no registrations: it is a scoring system`, {
    hint: 'Link its events to registration events (`p88sync link --help`); push-participants and pull-results work on them.',
  });
}
