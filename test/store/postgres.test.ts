import { describeStore } from './describe-store.ts';
import { openOnPostgres } from './opening.ts';

describeStore('PostgreSQL', openOnPostgres);
