/**
 * Bad answers: the providers that give them fail, say so and lose nothing; the others are synced in the same tick; when it is
 * over everything arrives.
 */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { hour, minute } from '../e2e/installation.ts';
import { amount, chancesOf, tell } from './lab/form.ts';
import type { Trouble } from './lab/provider-line.ts';
import {
  expectNoSecret,
  expectReadable,
  happenEverywhere,
  installTroubled,
  peopleOf,
  type Registrar,
  recover,
  type Troubled,
  wantedPeopleOf,
} from './lab/troubled.ts';
import {
  bytes,
  endless,
  gzipBomb,
  html,
  redirect,
  resetBeforeHeaders,
  resetBehindHeaders,
  silent,
  stalls,
  status,
  text,
  truncated,
} from './lab/troubles.ts';
import { registrationProviders } from './lab/world.ts';

interface Fault {
  readonly title: string;
  readonly trouble: Trouble;
  readonly kind: 'ProviderThrottled' | 'ProviderUnavailable' | 'UnknownAnswer' | 'whichever limit is met first';
  readonly says: RegExp;
  /** The credential rests; otherwise it is tried again by the next tick. */
  readonly rests?: true;
}

const httpDate = (ms: number) => new Date(Date.UTC(2026, 8, 12, 10) + ms).toUTCString();
const noAnswer = /did not answer in time/;
const wayThere = /failed on the way/;

const tooMuch = { kind: 'whichever limit is met first', says: /more than a page|did not answer in time/ } as const;

/** A rest of an hour at most, whatever a header says. */
const restMs = hour + 2 * minute;

const faults: readonly Fault[] = [
  { title: '429', trouble: status(429), kind: 'ProviderThrottled', says: /throttled with 429/, rests: true },
  ...['120', httpDate(30 * 24 * hour), '-30', '31536000', 'a while', httpDate(-hour)].map((after) => ({
    title: `429, Retry-After: ${after}`,
    trouble: status(429, { 'retry-after': after }),
    kind: 'ProviderThrottled' as const,
    says: /throttled with 429/,
    rests: true as const,
  })),
  ...[500, 502, 503].map((code) => ({
    title: String(code),
    trouble: status(code),
    kind: 'ProviderUnavailable' as const,
    says: new RegExp(`failed with ${code}`),
  })),
  {
    title: '503, Retry-After: 600',
    trouble: status(503, { 'retry-after': '600' }),
    kind: 'ProviderThrottled',
    says: /throttled with 503/,
    rests: true as const,
  },
  { title: 'reset before the headers', trouble: resetBeforeHeaders, kind: 'ProviderUnavailable', says: wayThere },
  { title: 'reset behind the headers', trouble: resetBehindHeaders, kind: 'ProviderUnavailable', says: wayThere },
  { title: 'a body that stalls for ever', trouble: stalls(), kind: 'ProviderUnavailable', says: noAnswer },
  { title: 'headers that never come', trouble: silent, kind: 'ProviderUnavailable', says: noAnswer },
  { title: 'half of the JSON', trouble: truncated, kind: 'UnknownAnswer', says: /truncated JSON|an empty body/ },
  { title: 'an HTML page', trouble: html, kind: 'UnknownAnswer', says: /an HTML page instead of JSON/ },
  {
    title: 'nothing, with 200',
    trouble: text('', 'application/json'),
    kind: 'UnknownAnswer',
    says: /an empty body instead of JSON/,
  },
  {
    title: 'another content type, and what it says',
    trouble: text('Scheduled maintenance', 'text/plain'),
    kind: 'UnknownAnswer',
    says: /plain text instead of JSON \(text\/plain/,
  },
  { title: 'a gzip bomb, announced', trouble: gzipBomb(true), ...tooMuch },
  { title: 'a gzip bomb, not announced', trouble: gzipBomb(false), kind: 'UnknownAnswer', says: /gzip that unpacks/ },
  { title: 'a body without end', trouble: endless, ...tooMuch },
  {
    title: 'a redirect on the same host',
    trouble: redirect(302, (path) => `${path}&again=1`),
    kind: 'ProviderUnavailable',
    says: /redirects \(302\) to .* on the same host; it was not followed/,
  },
];

/** A fault at a provider. */
interface Pair {
  readonly fault: Fault;
  readonly provider: Registrar;
}

const chances = chancesOf('bad answers of providers');

/**
 * Every fault at some of the providers (all of them in the long form), dealt out into rounds: in each one fault at a
 * provider, and one or more providers that are spared.
 */
function dealtOut(): readonly (readonly Pair[])[] {
  const pairs = faults.flatMap((fault) =>
    chances
      .shuffled(registrationProviders)
      .slice(0, amount(1, 5))
      .map((provider) => ({ fault, provider })),
  );
  const rounds: Pair[][] = [];
  for (const pair of chances.shuffled(pairs)) {
    const isFree = (round: Pair[]) => round.length < 4 && !round.some(({ provider }) => provider === pair.provider);
    const round = rounds.find(isFree);
    if (round) round.push(pair);
    else rounds.push([pair]);
  }
  return rounds;
}

let all: Troubled;
let failed = 0;
beforeAll(async () => {
  all = await installTroubled();
  Object.assign(all.here.env, { P88SYNC_HEADERS_TIMEOUT_MS: '2500', P88SYNC_BODY_TIMEOUT_MS: '2500' });
});
afterAll(() => all.close());
afterEach(() => all.line.clear());

const rounds = dealtOut().map((pairs) => ({
  pairs,
  title: pairs.map(({ fault, provider }) => `${provider}: ${fault.title}`).join(', '),
}));

test.each(rounds)('$title', async ({ pairs }) => {
  const { here, line } = all;
  const victims = pairs.map(({ provider }) => provider);
  const spared = registrationProviders.filter((provider) => !victims.includes(provider));
  happenEverywhere(all);
  const before = await peopleOf(all, victims);
  const running = pairs.map(({ fault, provider }) => line.begin({ providers: [provider] }, fault.trouble));
  const ended = await here.run('tick', '--json');
  expect(ended.code).toBe(1);
  expectReadable(ended);
  expectNoSecret(all, ended);
  const units: { provider: Registrar; status: string; failure: { hint: string } }[] = ended.json['units'];
  expect(new Set(units.map(({ provider }) => provider))).toEqual(new Set(registrationProviders));
  for (const unit of units) {
    const pair = pairs.find(({ provider }) => provider === unit.provider);
    if (!pair) {
      expect(unit).toMatchObject({ status: 'completed' });
      continue;
    }
    const { kind: known, says } = pair.fault;
    const kind = known === 'whichever limit is met first' ? expect.any(String) : known;
    expect(unit).toMatchObject({ status: 'failed', failure: { kind, message: expect.stringMatching(says) } });
    expect(unit.failure.hint).toMatch(/\w/);
    failed += 1;
  }
  // RunSignUp has two credentials; nobody is asked again and again.
  expect(running.map((one) => one.hits())).toEqual(victims.map((provider) => (provider === 'runsignup' ? 2 : 1)));
  expect(await peopleOf(all, victims)).toEqual(before);
  expect(await peopleOf(all, spared)).toEqual(wantedPeopleOf(all, spared));
  const rest = pairs.some(({ fault }) => fault.rests);
  await recover(all, rest ? { restMs } : {});
});

test('a body that stalls, and comes within its time', async () => {
  const { here, line } = all;
  happenEverywhere(all);
  line.begin({ path: /participants|applications|entry/ }, stalls(150));
  const ended = await here.run('tick', '--json');
  expect(ended.code).toBe(0);
  expect(await peopleOf(all, registrationProviders)).toEqual(wantedPeopleOf(all, registrationProviders));
  await recover(all);
});

test('a wrong content type alone is no fault: the JSON is read', async () => {
  const { here, line } = all;
  happenEverywhere(all);
  line.begin(
    {},
    bytes((body) => body, { 'content-type': 'text/html; charset=utf-8' }),
  );
  const ended = await here.run('tick', '--json');
  expect(ended.code).toBe(0);
  expect(await peopleOf(all, registrationProviders)).toEqual(wantedPeopleOf(all, registrationProviders));
  await recover(all);
});

test('what was counted', () => {
  const sum = rounds.reduce((n, { pairs }) => n + pairs.length, 0);
  expect(failed).toBeGreaterThanOrEqual(sum);
  tell(
    `${faults.length} kinds of bad answers, ${sum} times at 5 providers: ${failed} failed syncs, nobody lost or removed`,
  );
});
