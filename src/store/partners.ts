/** The timing partners: found by id or by name in any case. */
import { sql } from 'kysely';
import { UsageError } from '../domain/errors.ts';
import type { Db } from './database.ts';
import { codeOf } from './database-errors.ts';

export interface Partner {
  readonly partnerId: number;
  readonly name: string;
}

export async function listPartners(db: Db): Promise<readonly Partner[]> {
  const rows = await db
    .selectFrom('timing_partners')
    .select(['timing_partner_id as partnerId', 'company_name as name'])
    .orderBy('timing_partner_id')
    .execute();
  return rows;
}

/** @throws UsageError where there is none, or where several have the name. */
export async function findPartner(db: Db, nameOrId: string): Promise<Partner> {
  const partners = await listPartners(db);
  const wanted = nameOrId.trim().toLowerCase();
  const found = partners.filter((p) => String(p.partnerId) === wanted || p.name.toLowerCase() === wanted);
  const [partner] = found;
  if (!partner) {
    const known = partners.map((p) => `${p.partnerId} ${p.name}`).join(', ');
    throw new UsageError(`there is no timing partner "${nameOrId}"`, {
      hint: known ? `Known: ${known}.` : 'Add one: `p88sync partners add "Peak Timing"`.',
    });
  }
  if (found.length > 1) {
    throw new UsageError(`several timing partners are called "${nameOrId}"`, {
      hint: `Use the id: ${found.map((p) => p.partnerId).join(', ')}.`,
    });
  }
  return partner;
}

/** @throws UsageError where the name or the id is taken, or the name is blank. */
export async function addPartner(db: Db, name: string, id: number | undefined): Promise<Partner> {
  const company = name.trim();
  if (!company) throw new UsageError('a timing partner needs a name', { hint: 'p88sync partners add "Peak Timing"' });
  const existing = (await listPartners(db)).find(
    (p) => p.partnerId === id || p.name.toLowerCase() === company.toLowerCase(),
  );
  if (existing) {
    throw new UsageError(`timing partner ${existing.partnerId} is already there: ${existing.name}`, {
      hint: '`p88sync partners list` shows all of them.',
    });
  }
  return db.transaction().execute(async (tx) => {
    const row = await tx
      .insertInto('timing_partners')
      .values({ company_name: company, ...(id !== undefined && { timing_partner_id: id }) })
      .returning(['timing_partner_id as partnerId', 'company_name as name'])
      .executeTakeFirstOrThrow();
    // An id given by hand must not be handed out again later.
    if (id !== undefined) {
      await sql`select setval(pg_get_serial_sequence('timing_partners', 'timing_partner_id'),
        (select max(timing_partner_id) from timing_partners))`.execute(tx);
    }
    return row;
  });
}

/** Only a partner without data is removed. @throws UsageError naming what still refers to it. */
export async function removePartner(db: Db, partner: Partner): Promise<void> {
  try {
    await db.deleteFrom('timing_partners').where('timing_partner_id', '=', partner.partnerId).execute();
  } catch (error) {
    if (codeOf(error) !== '23503') throw error;
    throw new UsageError(
      `timing partner ${partner.partnerId} (${partner.name}) still has credentials, events or history`,
      {
        hint: 'Remove its credentials to stop its syncs; its data is never deleted by p88sync.',
        cause: error,
      },
    );
  }
}
