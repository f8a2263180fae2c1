import { describe, expect, test } from 'vitest';
import { readDatabaseUrl } from '../../src/domain/database-url.ts';

describe('an address of Postgres', () => {
  test.each([
    ['postgres://u:p@db.example.com/atp?sslmode=verify-full', 'verified'],
    ['postgres://u:p@db.example.com/atp?sslmode=require', 'verified'],
    ['postgres://u:p@db.example.com/atp?sslmode=verify-ca', 'verified'],
    ['postgres://u:p@db.example.com/atp?sslrootcert=/ca.pem', 'verified'],
    ['postgres://u:p@127.0.0.1/atp?sslmode=verify-full', 'verified'],
    ['postgres://u:p@db.example.com/atp?sslmode=no-verify', 'encrypted'],
    ['postgres://u:p@postgres:5432/atp?sslmode=disable', 'plain'],
    ['postgres://u:p@127.0.0.1:5432/atp', 'local'],
    ['postgresql://u@localhost/atp', 'local'],
    ['postgres://u@[::1]/atp', 'local'],
    ['postgres:///atp', 'local'],
    ['postgres://u@localhost/atp?sslmode=disable', 'local'],
    ['postgres://u@x/atp?host=/var/run/postgresql', 'local'],
  ])('%s is %s', (text, protection) => {
    expect(readDatabaseUrl(text)).toMatchObject({ protection });
  });

  test.each([
    'postgres://u:canary@db.example.com/atp',
    'postgres://u:canary@10.0.0.1/atp',
    'postgres://u:canary@127.0.0.1.example.com/atp',
    'postgres://u:canary@localhost/atp?host=db.example.com',
    'postgres://u:canary@db.example.com/atp?sslmode=prefer',
    'postgres://u:canary@db.example.com/atp?sslmode=allow',
    'postgres://u:canary@db.example.com/atp?sslmode=constructor',
    'postgres://u:canary@db.example.com/atp?ssl=true',
    'postgres://u:canary@db.example.com/atp?uselibpqcompat=true&sslmode=require',
    'mysql://u:canary@db.example.com/atp',
    'nonsense',
  ])('%s is refused, and the refusal repeats nothing of it', (text) => {
    const read = readDatabaseUrl(text);
    expect(read).toHaveProperty('fault');
    expect(JSON.stringify(read)).not.toContain('canary');
    expect(JSON.stringify(read)).not.toContain('db.example.com');
  });

  test('keeps its other parameters, and names no host of the environment', () => {
    expect(readDatabaseUrl('postgres:///atp?sslmode=disable&application_name=x')).toMatchObject({
      url: 'postgres://localhost/atp?application_name=x',
    });
  });
});
