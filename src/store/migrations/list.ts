import type { Migration } from '../../domain/tables.ts';
import { core } from './0001-core.ts';
import { users } from './0002-users.ts';

/** The shared schema's steps, oldest first; a released step is never edited, a change is a new step. */
export const coreMigrations: readonly Migration[] = [core, users];
