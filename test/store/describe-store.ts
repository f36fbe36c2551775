/** The store's suite, which both databases pass: the same code runs on PostgreSQL and on the embedded one. */
import { afterAll, beforeAll, describe } from 'vitest';
import type { OpenStore } from './opening.ts';
import type { Opened } from './store-world.ts';
import { alertTests } from './suite/alerts.ts';
import { badRowTests } from './suite/bad-rows.ts';
import { claimTimeTests } from './suite/claim-times.ts';
import { claimTests } from './suite/claims.ts';
import { dueTests } from './suite/due.ts';
import { eventTests } from './suite/events.ts';
import { housekeepingTests } from './suite/housekeeping.ts';
import { ledgerTests } from './suite/ledger.ts';
import { otherOperationTests } from './suite/other-operations.ts';
import { outlineTests } from './suite/outlines.ts';
import { partnerTests } from './suite/partners.ts';
import { publishingTests } from './suite/publishing.ts';
import { queueTests } from './suite/queue.ts';
import { registrationTests } from './suite/registrations.ts';
import { removalTests } from './suite/removals.ts';
import { resealTests } from './suite/reseal.ts';
import { secretTests } from './suite/secrets.ts';
import { stillDueTests } from './suite/still-due.ts';
import { supplementTests } from './suite/supplements.ts';
import { upsertTests } from './suite/upserts.ts';

const parts: readonly (readonly [string, (opened: Opened) => void])[] = [
  ['upserts', upsertTests],
  ['supplements', supplementTests],
  ['removals', removalTests],
  ['outlines', outlineTests],
  ['registrations', registrationTests],
  ['bad rows', badRowTests],
  ['claims', claimTests],
  ['times of claims', claimTimeTests],
  ['what is still due', stillDueTests],
  ['ledger', ledgerTests],
  ['secrets', secretTests],
  ['sealing again', resealTests],
  ['partners', partnerTests],
  ['events', eventTests],
  ['due', dueTests],
  ['queue', queueTests],
  ['other operations', otherOperationTests],
  ['housekeeping', housekeepingTests],
  ['publishing', publishingTests],
  ['alerts', alertTests],
];

export function describeStore(name: string, open: () => Promise<OpenStore>): void {
  describe(name, () => {
    let store: OpenStore | undefined;
    const opened: Opened = {
      get database() {
        if (!store) throw new Error('the database is opened before the first test');
        return store.database;
      },
      get db() {
        return this.database.db;
      },
    };
    beforeAll(async () => {
      store = await open();
    });
    afterAll(async () => store?.close());
    describe.each(parts)('%s', (_, tests) => tests(opened));
  });
}
