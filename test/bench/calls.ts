/** What an event costs at its provider when nothing has changed, counted by the provider's stand-in. */
import type { BenchServer } from './databases.ts';
import type { Finding } from './finding.ts';
import { runProgram } from './processes.ts';
import { addCredentials, startProvider } from './provider.ts';

export async function measureCalls(server: BenchServer): Promise<Finding[]> {
  const now = new Date();
  const provider = await startProvider({ kind: 'pair' }, { now });
  const database = await server.migrated();
  try {
    await addCredentials(database, provider.accounts);
    const env = { ...database.env, ...provider.env, P88SYNC_PACE_MS: '0' };
    await runProgram(['full-sync'], { env });
    const found = await database.client.query<{ provider: string; event_id: string }>(
      'select p.name as provider, e.event_id from sync_events e join providers p using (provider_id) order by e.provider_id',
    );
    const findings: Finding[] = [];
    for (const { provider: name, event_id: id } of found.rows) {
      // One call more than on RunSignUp's page of changes: who was removed is a list of its own.
      const most = name === 'RunSignUp' ? 2 : 1;
      const partner = name === 'RunSignUp' ? 'runsignup' : 'raceroster';
      await provider.control('clear-calls');
      await runProgram(['sync-event', `${partner}:${partner}:${id}`], { env });
      const calls = (await provider.calls()).length;
      findings.push({
        measure: `calls for an unchanged event of ${name}`,
        figure: String(calls),
        target: `≤ ${most}`,
        ok: calls <= most,
      });
    }
    return findings;
  } finally {
    await provider.close();
    await database.drop();
  }
}
