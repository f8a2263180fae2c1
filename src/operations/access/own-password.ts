/** A person gives herself another password. Whoever sits at a browser that she has left needs the old one for that. */
import { AtpError } from '../../domain/errors.ts';
import { acceptInput, secret } from '../../domain/input-fields.ts';
import { PASSWORD_LENGTH_MIN } from '../../domain/limits.ts';
import { changePassword, findPasswordOwner, type PasswordOwner } from '../../postgres/access/users.ts';
import { recordAct } from '../../postgres/audit-log.ts';
import type { Database } from '../../postgres/database.ts';
import type { Application } from '../application.ts';
import { describeError } from '../described-error.ts';
import type { Caller } from '../operation.ts';
import { hashPassword, isPassword } from './passwords.ts';
import { hashOfSecret } from './secrets.ts';

const FIELDS = {
  password: secret('the password until now', 1),
  newPassword: secret('the new password', PASSWORD_LENGTH_MIN),
};

/**
 * Ends all other sessions of the person. The audit log has it, also when it was refused.
 *
 * @param cookie of the session that goes on
 * @throws AtpError INPUT_INVALID, PASSWORD_WRONG, USER_OF_PROVIDER, USER_UNKNOWN, TOO_MANY_REQUESTS
 */
export async function changeOwnPassword(
  app: Application,
  { caller, cookie, given }: { readonly caller: Caller; readonly cookie: string; readonly given: unknown },
): Promise<void> {
  const passwords = acceptInput(FIELDS, given);
  const database = await app.database();
  const record = (outcome: string) =>
    recordAct(database, { act: 'session.password', actor: caller.name, via: caller.via, input: {}, outcome });
  try {
    const owner = await findPasswordOwner(database, caller.name);
    if (owner === null) throw new AtpError('USER_UNKNOWN', { userName: caller.name });
    await change(database, owner, passwords, cookie);
  } catch (error) {
    await record(describeError(error).code);
    throw error;
  }
  await record('DONE');
}

async function change(
  database: Database,
  { userName, passwordHash, issuer }: PasswordOwner,
  { password, newPassword }: { readonly password: string; readonly newPassword: string },
  cookie: string,
): Promise<void> {
  if (passwordHash === null) throw new AtpError('USER_OF_PROVIDER', { userName, issuer });
  const isChanged =
    (await isPassword(password, passwordHash)) &&
    (await changePassword(database, {
      ...{ userName, passwordHash, keptSession: hashOfSecret(cookie) },
      newPasswordHash: await hashPassword(newPassword),
    }));
  if (!isChanged) throw new AtpError('PASSWORD_WRONG', {});
}
