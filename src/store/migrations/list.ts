import type { Migration } from '../../domain/tables.ts';
import { core } from './0001-core.ts';
import { users } from './0002-users.ts';
import { links } from './0003-links.ts';
import { details } from './0004-details.ts';
import { scoring } from './0005-scoring.ts';
import { publish } from './0006-publish.ts';
import { queue } from './0007-queue.ts';
import { audit } from './0008-audit.ts';
import { alerts } from './0009-alerts.ts';
import { throttles } from './0010-throttles.ts';
import { providerClock } from './0011-provider-clock.ts';

/** The shared schema's steps, oldest first; a released step is never edited, a change is a new step. */
export const coreMigrations: readonly Migration[] = [
  core,
  users,
  links,
  details,
  scoring,
  publish,
  queue,
  audit,
  alerts,
  throttles,
  providerClock,
];
