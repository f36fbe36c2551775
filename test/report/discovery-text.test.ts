import stringWidth from 'string-width';
import { expect, it } from 'vitest';
import { type DiscoveryLine, renderDiscovery } from '../../src/report/discovery-text.ts';

function line(overrides: Partial<DiscoveryLine> = {}): DiscoveryLine {
  return {
    name: '2 Coastline Timing',
    credentialId: 4,
    provider: 'runsignup',
    status: 'completed',
    counts: { races: 3, events: 9, newEvents: 2, changedEvents: 1, failed: 0 },
    apiCalls: 3,
    durationMs: 2400,
    failure: undefined,
    ...overrides,
  };
}

const failure = {
  kind: 'CredentialRefused',
  message: 'RunSignUp refused the key.',
  hint: 'p88sync credentials test 5',
  exit: 'credentialRefused',
} as const;

it.each([80, 100])(
  'tells two credentials of one partner apart, and says why one was put off, on %i columns',
  async (columns) => {
    const text = renderDiscovery(
      [
        line(),
        line({ credentialId: 5, status: 'failed', failure }),
        line({ credentialId: 6, status: 'deferred', deferredBecause: 'claimed-elsewhere' }),
        line({ credentialId: 17, status: 'deferred', deferredBecause: 'not-reached' }),
        line({ credentialId: 18, name: '3 Coastal Chip & Timing Services of the Gulf', status: 'deferred' }),
      ],
      { columns, color: false },
    );
    await expect(`${text}\n`).toMatchFileSnapshot(`golden/discovery-${columns}.txt`);
    expect(Math.max(...text.split('\n').map((one) => stringWidth(one)))).toBeLessThanOrEqual(columns);
  },
);
