/** The shared steps of the schema, in the order in which they are applied. */
import type { Migration } from '../../domain/tables.ts';
import { core } from './0001-core.ts';
import { links } from './0003-links.ts';
import { scoring } from './0005-scoring.ts';

export const coreMigrations: readonly Migration[] = [core, links, scoring];
