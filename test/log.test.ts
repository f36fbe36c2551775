import { describe, expect, it } from 'vitest';
import { createLog, type LogOptions } from '../src/log.ts';

async function logged(options: Partial<LogOptions> = {}) {
  const lines: string[] = [];
  const log = await createLog({
    level: 'debug',
    pretty: false,
    journald: false,
    now: () => new Date('2026-08-08T09:20:00Z'),
    write: { write: (line) => lines.push(line) },
    ...options,
  });
  return { log, lines };
}

async function fieldsOf(fields: object, options: Partial<LogOptions> = {}) {
  const { log, lines } = await logged(options);
  log.info(fields, 'm');
  const { level, time, msg, ...rest } = JSON.parse(lines[0] ?? '');
  return rest;
}

describe('lines', () => {
  it('are JSON with level, time, fields and message', async () => {
    const { log, lines } = await logged();
    log.child({ tick: 1 }).child({ event: '5' }).warn({ calls: 2 }, 'slow');
    expect(lines).toEqual([
      '{"level":"warn","time":"2026-08-08T09:20:00.000Z","tick":1,"event":"5","calls":2,"msg":"slow"}\n',
    ]);
  });

  it.each([
    ['debug', true, ['debug', 'info', 'warn', 'error']],
    ['info', false, ['info', 'warn', 'error']],
    ['warn', false, ['warn', 'error']],
    ['error', false, ['error']],
    ['silent', false, []],
  ] as const)('at level %s', async (level, debugEnabled, written) => {
    const { log, lines } = await logged({ level });
    for (const name of ['debug', 'info', 'warn', 'error'] as const) log.child({})[name]({}, 'm');
    expect(lines.map((line) => JSON.parse(line).level)).toEqual(written);
    expect([log.debugEnabled, log.child({}).debugEnabled]).toEqual([debugEnabled, debugEnabled]);
  });

  it('under journald begin with the priority of their level', async () => {
    const { log, lines } = await logged({ journald: true });
    for (const name of ['debug', 'info', 'warn', 'error'] as const) log[name]({ level: 'x' }, '<3>');
    expect(lines.map((line) => line.slice(0, 4))).toEqual(['<7>{', '<6>{', '<4>{', '<3>{']);
    expect(lines.every((line) => line.indexOf('\n') === line.length - 1)).toBe(true);
  });

  it('on a terminal are for people, without priority', async () => {
    const { log, lines } = await logged({ pretty: true, journald: true });
    log.info({ calls: 2 }, 'synced\nforged \u001b[31mred\r\u009b2J');
    expect(lines).toEqual(['[09:20:00Z] INFO: synced forged [31mred2J {"calls":2}\n']);
  });

  it('on a terminal with colour', async () => {
    const { log, lines } = await logged({ pretty: true, color: true });
    log.error({}, 'lost');
    expect(lines.join('')).toContain('\u001b[31mERROR\u001b[39m');
  });
});

describe('what is censored', () => {
  const hidden = '[hidden]';
  it.each([
    'secret',
    'client_secret',
    'apiSecret',
    'api_key',
    'API-Key',
    'password',
    'access_token',
    'Authorization',
    'principal',
    'set-cookie',
    'email',
    'first_name',
    'lastName',
    'date_of_birth',
    'phone',
    'zipcode',
  ])('%s, at any depth', async (key) => {
    expect(await fieldsOf({ [key]: 'x', a: { b: [{ c: { [key]: { d: 'x' } } }] }, m: new Map([[key, 1]]) })).toEqual({
      [key]: hidden,
      a: { b: [{ c: { [key]: hidden } }] },
      m: { [key]: hidden },
    });
  });

  it('a provider row whole, not the number of rows', async () => {
    expect(await fieldsOf({ source: { bib: 7 }, row: [1], rows: 500, participants: 12, records: [{}] })).toEqual({
      source: hidden,
      row: hidden,
      rows: 500,
      participants: 12,
      records: hidden,
    });
  });

  it('secrets in texts, addresses and messages', async () => {
    const { log, lines } = await logged();
    log.child({ token: 'x' }).info(
      {
        url: new URL('https://api.example.org/rest?api_key=abc&page=2'),
        database: 'postgresql://p88:hunter2@db.example.org/p88',
      },
      'sent Bearer abcdef.ghijkl with api_secret=xyz',
    );
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      token: hidden,
      url: 'https://api.example.org/rest?api_key=[hidden]&page=2',
      database: 'postgresql://p88:[hidden]@db.example.org/p88',
      msg: 'sent Bearer [hidden] with api_secret=[hidden]',
    });
  });

  it('nothing else', async () => {
    const fields = { name: 'Lakefront', credentialId: 3, eventId: '5', counts: { fetched: 1 }, none: null, yes: true };
    expect(await fieldsOf(fields)).toEqual(fields);
  });
});

describe('values that JSON does not know', () => {
  it('errors, with their stack under debug only', async () => {
    const cause = Object.assign(new Error('socket password=x'), { code: 'ECONNRESET' });
    const error = Object.assign(new TypeError('lost', { cause }), { hint: 'wait', secret: 's' });
    const shown = {
      type: 'TypeError',
      message: 'lost',
      hint: 'wait',
      secret: '[hidden]',
      cause: { type: 'Error', message: 'socket password=[hidden]', code: 'ECONNRESET' },
    };
    expect(await fieldsOf({ err: error }, { level: 'info' })).toEqual({ err: shown });
    const debug = await fieldsOf({ err: error });
    expect(debug.err).toMatchObject(shown);
    expect(debug.err.stack).toContain('TypeError: lost\n    at ');
  });

  it('dates, big integers, bytes, circles', async () => {
    const circle: Record<string, unknown> = { n: 1n, at: new Date(0), set: new Set([1]), bytes: Buffer.from('x') };
    circle['self'] = circle;
    expect(await fieldsOf({ circle, twice: [circle['at'], circle['at']] })).toEqual({
      circle: { n: '1', at: '1970-01-01T00:00:00.000Z', set: [1], bytes: '[bytes]', self: '[circular]' },
      twice: ['1970-01-01T00:00:00.000Z', '1970-01-01T00:00:00.000Z'],
    });
  });
});
