/** The settings of cadence and safety, and what they must satisfy together. */
import { defaultSettings, type Priority, type Settings } from '../domain/settings.ts';
import { share, wholeNumbers } from './kinds.ts';
import { type NumberName, readNumber } from './numbers.ts';
import type { Reader, Variable } from './reader.ts';

export const settingVariables: readonly Variable[] = [
  {
    name: 'P88SYNC_RETRY_MINUTES',
    meaning: 'Minutes before the first, second, … retry of a failed sync',
    default: defaultSettings.retryMinutes.join(','),
    secret: false,
  },
  {
    name: 'P88SYNC_MASS_REMOVAL_SHARE',
    meaning: 'Inferred removals that are believed, as a share of the event',
    default: String(defaultSettings.massRemoval.share),
    secret: false,
  },
];

export function readSettings(reader: Reader): Settings {
  const before = reader.problems.length;
  const number = (name: NumberName) => readNumber(reader, name);
  const cadence = (priority: Uppercase<Priority>) => ({
    everyMinutes: number(`P88SYNC_${priority}_EVERY_MINUTES`),
    unitsPerTick: number(`P88SYNC_${priority}_UNITS_PER_TICK`),
  });
  const settings: Settings = {
    cadence: { high: cadence('HIGH'), medium: cadence('MEDIUM'), low: cadence('LOW') },
    highFromHours: number('P88SYNC_HIGH_FROM_HOURS'),
    mediumFromHours: number('P88SYNC_MEDIUM_FROM_HOURS'),
    stopAfterHours: number('P88SYNC_STOP_AFTER_HOURS'),
    slackSeconds: number('P88SYNC_SLACK_SECONDS'),
    retryMinutes: reader.value('P88SYNC_RETRY_MINUTES', wholeNumbers(1, 24 * 60, 10)) ?? defaultSettings.retryMinutes,
    relistHours: number('P88SYNC_RELIST_HOURS'),
    overlapSeconds: number('P88SYNC_OVERLAP_SECONDS'),
    leaseSeconds: number('P88SYNC_LEASE_SECONDS'),
    massRemoval: {
      people: number('P88SYNC_MASS_REMOVAL_PEOPLE'),
      share: reader.value('P88SYNC_MASS_REMOVAL_SHARE', share) ?? defaultSettings.massRemoval.share,
    },
    scoring: {
      resultsEveryMinutes: number('P88SYNC_RESULTS_EVERY_MINUTES'),
      resultsUntilHours: number('P88SYNC_RESULTS_UNTIL_HOURS'),
      pushEveryMinutes: number('P88SYNC_PUSH_EVERY_MINUTES'),
    },
  };
  // A refused number left its default behind, which says nothing about the others.
  if (reader.problems.length === before) checkOrder(reader, settings);
  return settings;
}

/** Numbers that are fine one by one and make no sense together. */
function checkOrder(reader: Reader, { cadence, highFromHours, mediumFromHours }: Settings): void {
  const { high, medium, low } = cadence;
  const refuse = (name: NumberName, expected: string, other: NumberName, limit: number, value: number) =>
    reader.refuse(`${name}: expected ${expected} ${other} (${limit}), not ${value}`);
  if (mediumFromHours <= highFromHours) {
    refuse('P88SYNC_MEDIUM_FROM_HOURS', 'more than', 'P88SYNC_HIGH_FROM_HOURS', highFromHours, mediumFromHours);
  }
  for (const [name, value, faster, limit] of [
    ['P88SYNC_MEDIUM_EVERY_MINUTES', medium.everyMinutes, 'P88SYNC_HIGH_EVERY_MINUTES', high.everyMinutes],
    ['P88SYNC_LOW_EVERY_MINUTES', low.everyMinutes, 'P88SYNC_MEDIUM_EVERY_MINUTES', medium.everyMinutes],
  ] as const) {
    if (value < limit) refuse(name, 'no less than', faster, limit, value);
  }
}
