/**
 * What is told of what is wrong and of what is well again: one message when it begins, one when it is over, and at most one an
 * hour of each cause, however often it changes meanwhile. Pure.
 */
import type { AlertFact, AlertPlan, AlertRow, AlertToTell, Channel, Told } from '../domain/alerts.ts';

const everyMs = 3_600_000;
/** What was told further ahead than clocks differ was told by a rehearsal with --now. */
const aheadMs = 60_000;

/** @param channels those that are set; without any nothing is told, and nothing forgotten. */
export function planAlerts(facts: readonly AlertFact[], channels: readonly Channel[], now: Date): AlertPlan {
  if (channels.length === 0) return { tell: [], forget: [] };
  const tell: AlertToTell[] = [];
  const forget: AlertFact[] = [];
  for (const fact of facts) {
    const decided = decide(fact, channels, now);
    if (decided === 'forget') forget.push(fact);
    else if (decided && fact.subject) tell.push({ fact, subject: fact.subject, ...decided });
  }
  return { tell, forget };
}

type Decision = { readonly told: Told; readonly channels: readonly Channel[] } | 'forget' | undefined;

function decide({ subject, row }: AlertFact, channels: readonly Channel[], now: Date): Decision {
  if (!row) return subject?.state === 'holds' ? { told: 'holds', channels } : undefined;
  const rested = !isRecent(row, now);
  if (!subject) return rested ? 'forget' : undefined;
  const { state } = subject;
  if (state === 'between') return undefined;
  if (state === row.told) {
    const refused = row.waiting.filter((one) => channels.includes(one));
    if (refused.length > 0) return { told: state, channels: refused };
    // Its run was killed between setting out and the answer: it may have arrived, so it waits for the hour.
    if (!row.deliveredAt && rested) return { told: state, channels };
    return state === 'well' && rested ? 'forget' : undefined;
  }
  // Nobody was told that it is wrong, so nobody has to know that it is well.
  if (state === 'well' && !row.deliveredAt && row.waiting.length > 0) return 'forget';
  return rested ? { told: state, channels } : undefined;
}

function isRecent({ toldAt }: AlertRow, now: Date): boolean {
  const age = now.getTime() - toldAt.getTime();
  return age < everyMs && age >= -aheadMs;
}
