import { describe } from 'vitest';
import { copernico } from '../../../src/providers/copernico/provider.ts';
import { copernicoEventId, slugOf } from '../../../src/sandbox/copernico/names.ts';
import { describeScoring } from '../scoring-conformance.ts';
import { expectedFlat, flatOf } from './flat-results.ts';

describe('Copernico', () => {
  describeScoring({
    provider: copernico,
    eventId: copernicoEventId,
    name: (event) => `${event.name} (${slugOf(event.race)})`,
    unknownEventId: 'harbor-run-2026/Marathon',
    tells: { start: true, timeZone: false },
    resultsPath: '/preset/',
    // HTTP status codes say all of it.
    ownRefusals: [],
    ownThrottles: [],
    // Whoever knows the names of a preset may read it; the key goes with registrants only (push.test.ts).
    needsCredential: false,
    actual: flatOf,
    expected: expectedFlat,
  });
});
