/** The named points of a run at which it is killed. The statements are told by what they do, whatever the provider. */
import type { Point } from './postgres-line.ts';

type Moments = readonly Point['moment'][];

const all: Moments = ['asked', 'answered', 'commit-asked', 'commit-answered'];
const alone: Moments = ['asked', 'answered'];

function at(name: string, statement: RegExp, moments: Moments): readonly Point[] {
  return moments.map((moment) => ({ name: `${name}, ${words[moment]}`, statement, moment }));
}

const words: Readonly<Record<Point['moment'], string>> = {
  asked: 'before it is carried out',
  answered: 'carried out',
  'commit-asked': 'before its commit',
  'commit-answered': 'committed',
};

/** Of a tick, a sync by hand and a full sync. */
export const syncPoints: readonly Point[] = [
  ...at('claim', /^insert into sync_history[\s\S]*lease_until, since/, all),
  ...at('call reserved', /^insert into api_calls/, all),
  ...at('call answered', /^update api_calls set status/, alone),
  ...at('page: claim extended', /^update sync_history\s+set lease_until[\s\S]*checkpoint/, alone),
  ...at('page: people written', /insert into "\w+_(participants|entries|registrations)" as t/, all),
  ...at('page: announcements written', /insert into registration_outlines as o/, all),
  ...at('page: people seen', /insert into sync_seen/, all),
  ...at('page: counts added', /^update sync_history h set fetched/, all),
  ...at('last page: completed', /^update sync_history set status = 'completed'/, all),
  ...at('token kept', /insert into "access_tokens"/, alone),
];

export const discoveryPoints: readonly Point[] = [
  ...at('discovery claim', /^insert into sync_history[\s\S]*'running'/, alone),
  ...at('events written', /insert into "\w+_events" as t/, all),
  ...at('schedule written', /insert into sync_events as e/, all),
  ...at('discovery: ended', /^update sync_history set status = [\s\S]*entries_failed/, alone),
];

/** Of a run that finds what a dead one left. */
export const takeoverPoints: readonly Point[] = at('takeover', /^update sync_history set status = 'abandoned'/, alone);

export const pushPoints: readonly Point[] = [
  ...at('claim of the push', /^insert into sync_history[\s\S]*lease_until, since/, all).map(second),
  ...at('people remembered', /insert into pushed_participants as t/, all),
];

export const pullPoints: readonly Point[] = [
  ...at('claim', /^insert into sync_history[\s\S]*lease_until, since/, all),
  ...at('call reserved', /^insert into api_calls/, all),
  ...at('call answered', /^update api_calls set status/, alone),
  ...at('results written', /insert into "\w+_results" as t/, all),
];

export const publishingPoints: readonly Point[] = [
  ...at('claim', /^insert into sync_history[\s\S]*lease_until, since/, alone),
  ...at('call reserved', /^insert into api_calls/, alone),
  ...at('call answered', /^update api_calls set status/, alone),
  ...at('second call answered', /^update api_calls set status/, alone).map(second),
  ...at('set remembered', /published_result_sets/, alone).map(second),
];

/** The first one of the run is about something else. */
function second(point: Point): Point {
  return { ...point, nth: 2 };
}
