import { createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CallRefused, DatabaseUnavailable } from '../../src/domain/errors.ts';
import { providers } from '../../src/providers/registry.ts';
import type { PostgresConnection } from '../../src/store/database.ts';
import { explainDatabaseError, isRowError } from '../../src/store/database-errors.ts';
import { migrate, readSchemaState } from '../../src/store/migrate.ts';
import { connectTo, type OpenPostgresStore, openOnPostgres } from './opening.ts';

let store: OpenPostgresStore;
beforeAll(async () => {
  store = await openOnPostgres();
});
afterAll(() => store.close());

/** A port on which nobody listens: it was ours a moment ago. */
function refusedPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}

/**
 * The beginning of a login with a password, as PostgreSQL does it. A stand-in, because node-postgres leaves such a
 * connection open, for which a real server waits a minute before it drops the database.
 */
function passwordAsker(): Promise<{ readonly port: number; close(): void }> {
  const authentication = (kind: number, text: string) => {
    const head = Buffer.from('R\0\0\0\0\0\0\0\0');
    head.writeInt32BE(8 + text.length, 1);
    head.writeInt32BE(kind, 5);
    return Buffer.concat([head, Buffer.from(text)]);
  };
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.once('data', () => {
      socket.write(authentication(10, 'SCRAM-SHA-256\0\0'));
      socket.once('data', () => socket.write(authentication(11, 'r=nonce,s=c2FsdA==,i=1')));
    });
  });
  const close = () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return new Promise((resolve, reject) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (typeof address === 'object' && address) resolve({ port: address.port, close });
      else reject(new Error('no port'));
    });
  });
}

describe('what an operator is told', () => {
  test.each<[string, () => Promise<Partial<PostgresConnection>> | Partial<PostgresConnection>, string, RegExp]>([
    [
      'a port that nobody listens on',
      async () => ({ port: await refusedPort() }),
      'refuses connections',
      /running there/,
    ],
    [
      'the same by a name with two addresses',
      async () => ({ host: 'localhost', port: await refusedPort() }),
      'refuses connections',
      /running there/,
    ],
    ['a wrong password', () => ({ password: 'wrong' }), 'refuses the password', /user and password/],
    ['an unknown user', () => ({ user: 'nobody-knows' }), 'refuses the password', /user and password/],
    ['an unknown database', () => ({ database: 'nowhere' }), 'has no such database', /createdb/],
    ['a socket folder without socket', () => ({ host: '/nowhere' }), 'has no socket there', /socket folder/],
    ['TLS that the server does not have', () => ({ ssl: true }), 'does not offer TLS', /TLS/],
  ])('%s', async (_, changes, what, hint) => {
    const database = connectTo(store.url, await changes());
    for (const attempt of [() => readSchemaState(database), () => migrate(database, providers)]) {
      const error = await attempt().catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(DatabaseUnavailable);
      expect(error).toMatchObject({
        message: `the database (${database.shown}) ${what}`,
        hint: expect.stringMatching(hint),
      });
      expect(String(error)).not.toMatch(/test-only|wrong/);
    }
    await database.close();
  });

  test.each([undefined, ''])('a password that is asked for and not set: %j', async (password) => {
    const { port, close } = await passwordAsker();
    const database = connectTo(store.url, { port, password });
    const error = await readSchemaState(database).catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      name: 'DatabaseUnavailable',
      message: `the database (${database.shown}) refuses the password`,
      hint: 'Check user and password in the database settings.',
    });
    await database.close();
    close();
  });

  const withCode = (code: string) => Object.assign(new Error('told by its code'), { code });

  test.each([
    ['57P01', 'ended the connection'],
    ['53300', 'has too many connections'],
    ['25006', 'is read-only'],
    ['42P01', 'lacks a table'],
    ['EHOSTUNREACH', 'cannot be reached from here'],
    ['EACCES', 'denies access'],
    ['ENOTDIR', 'is not in a folder'],
    ['ENOSPC', 'has no disk space left'],
    ['EROFS', 'is read-only'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'shows a certificate that is not trusted'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'shows a certificate that is not trusted'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'shows a certificate that is not trusted'],
    ['CERT_HAS_EXPIRED', 'shows a certificate that is not trusted'],
    ['08006', 'is not available (08006)'],
    ['57014', 'ended a statement that took longer than it allows'],
  ])('%s: %s', (code, what) => {
    const error = explainDatabaseError(withCode(code), 'db.example.org/p88');
    expect(error).toBeInstanceOf(DatabaseUnavailable);
    expect((error as Error).message).toBe(`the database (db.example.org/p88) ${what}`);
  });

  test('a server that hangs up', () => {
    const error = explainDatabaseError(new Error('Connection terminated unexpectedly'), 'x');
    expect((error as Error).message).toBe('the database (x) does not answer or closed the connection');
  });

  test.each([withCode('23505'), withCode('42601'), new TypeError('a bug'), new CallRefused('not found'), undefined])(
    'everything else comes back as it is: %s',
    (error) => {
      expect(explainDatabaseError(error, 'x')).toBe(error);
    },
  );

  test.each([
    ['22P05', true],
    ['23503', true],
    ['21000', true],
    ['54000', true],
    ['40P01', false],
    ['42703', false],
    ['57014', false],
    ['ECONNRESET', false],
  ])('%s is a matter of one row: %s', (code, expected) => {
    expect(isRowError(withCode(code))).toBe(expected);
  });
});
