import { describeStore } from './describe-store.ts';
import { openOnEmbedded } from './opening.ts';

describeStore('embedded', openOnEmbedded);
