import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/domain/errors.ts';
import { parseProviderAddress } from '../../src/http/address.ts';

describe('parseProviderAddress', () => {
  it.each([
    'https://api.runsignup.com/rest',
    'http://localhost:8080/rest',
    'http://127.0.0.1:8080',
    'http://127.8.9.10/',
    'http://127.1/',
    'http://[::1]:9000/x',
  ])('takes %s', (text) => {
    expect(parseProviderAddress(text, 'P88SYNC_RUNSIGNUP_URL').href).toBe(new URL(text).href);
  });

  it.each([
    ['http://api.runsignup.com/rest', /plain http to api\.runsignup\.com/],
    ['http://127.evil.example/', /plain http to 127\.evil\.example/],
    ['http://localhost.example/', /plain http/],
    ['ftp://localhost/', /is ftp: and not https:/],
    ['api.runsignup.com', /is not an address/],
    ['', /is not an address/],
    ['https://timer:hunter2@api.runsignup.com/', /holds a user name or password/],
    ['https://api.runsignup.com/?api_key=hunter2', /holds a query/],
  ])('refuses %j and does not repeat a secret', (text, message) => {
    const parse = () => parseProviderAddress(text, 'P88SYNC_RUNSIGNUP_URL');
    expect(parse).toThrow(UsageError);
    expect(parse).toThrow(message);
    expect(parse).toThrow(/^P88SYNC_RUNSIGNUP_URL /);
    expect(parse).not.toThrow(/hunter2/);
  });
});
