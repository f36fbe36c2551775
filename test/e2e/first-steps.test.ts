/** From nothing to a working installation by doing what each command says is next. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addAccount, addEvent, addRace, addRegistrations } from '../../src/sandbox/build-world.ts';
import { freshDatabase, type TestDatabase } from '../database/databases.ts';
import { hour, type Installation, install, migratedDatabase, saturday } from './installation.ts';
import { run } from './program.ts';

let here: Installation;
let empty: TestDatabase;
beforeAll(async () => {
  here = await install((world) => {
    const race = addRace(world);
    addRegistrations(world, addEvent(world, race, { startAt: new Date(saturday.getTime() + 2 * hour) }), 5);
    addAccount(world, { company: 'Peak Timing', races: [race], principal: 'KEY', secret: 'hush' });
  });
  empty = await freshDatabase();
});
afterAll(async () => {
  await here.close();
  await empty.drop();
});

test.each([[['credentials', 'list']], [['credentials', 'test']], [['discover']]])(
  '%j without a partner says that one comes first',
  async (args) => {
    const fresh = await migratedDatabase();
    try {
      const { code, stdout } = await run(args, { env: { ...here.env, DATABASE_URL: fresh.url } });
      expect([code, stdout]).toEqual([0, 'No timing partners yet. Next: p88sync partners add "Peak Timing"\n']);
    } finally {
      await fresh.drop();
    }
  },
);

test('status says the next command, step by step', async () => {
  const env = { ...here.env, DATABASE_URL: empty.url };
  const now = ['--now', here.now().toISOString()];
  const status = async () => {
    const { code, stdout, stderr } = await run(['status', ...now], { env });
    return { code, text: stdout + stderr };
  };
  const steps: readonly (readonly [says: string, next: RegExp, args: readonly string[]])[] = [
    ['no p88sync schema yet', /Run `p88sync migrate`/, ['migrate']],
    ['Nothing is set up yet.', /:\s+p88sync partners add "Peak Timing"/, ['partners', 'add', 'Peak Timing']],
    [
      'No credentials are stored yet.',
      /:\s+p88sync credentials add 1:runsignup --principal KEY/,
      ['credentials', 'add', '1:runsignup', '--principal', 'KEY'],
    ],
    ['No upcoming events are known.', /:\s+p88sync discover/, ['discover', ...now]],
    ['The upcoming event was never synced.', /:\s+p88sync tick/, ['tick', ...now]],
  ];
  for (const [says, next, args] of steps) {
    const { code, text } = await status();
    expect(text).toContain(says);
    expect(text).toMatch(next);
    expect(code).toBe(says.includes('schema') ? 3 : 0);
    const done = await run(args, { env, input: 'hush' });
    expect(done.code, done.stderr).toBe(0);
  }
  const { text } = await status();
  expect(text).toContain('The upcoming event is up to date.');
  expect(text).not.toContain('p88sync ');
});
