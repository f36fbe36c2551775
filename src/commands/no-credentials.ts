import type { Db } from '../store/database.ts';
import { listPartners } from '../store/partners.ts';

/** What an installation without credentials lacks, and the command that comes next. */
export async function noCredentialsYet(db: Db): Promise<string> {
  const [partner] = await listPartners(db);
  return partner
    ? `No credentials yet. Next: p88sync credentials add ${partner.partnerId}:runsignup --principal KEY`
    : 'No timing partners yet. Next: p88sync partners add "Peak Timing"';
}
