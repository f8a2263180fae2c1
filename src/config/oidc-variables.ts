/** The OpenID provider by which people sign in, beside accounts of this installation. */
import { z } from 'zod';
import { PLACE_PATTERN } from '../domain/credential-reference.ts';
import type { ProviderSettings, RoleMapping } from '../domain/identity-provider.ts';
import { isLoopbackHost } from '../domain/loopback.ts';
import { ROLES, type Role } from '../domain/role.ts';

const GROUP_WITH_ROLE = new RegExp(`^(.+)=(${ROLES.join('|')})$`);

/** Without these it is of no use: who it is, who we are, and what its groups may do. */
const NEEDED = ['ATP_OIDC_ISSUER', 'ATP_OIDC_CLIENT_ID', 'ATP_OIDC_CLIENT_SECRET', 'ATP_OIDC_ROLES'] as const;

export const oidcVariables = z
  .object({
    ATP_OIDC_ISSUER: z
      .string()
      .refine(isIssuer, { error: 'must be the provider’s https://… address, as its tokens name it' })
      .optional(),
    ATP_OIDC_CLIENT_ID: z.string().optional(),
    ATP_OIDC_CLIENT_SECRET: z
      .string()
      .regex(new RegExp(PLACE_PATTERN, 'u'), {
        error: 'must be env:NAME or file:PATH, and never the secret itself',
      })
      .optional(),
    ATP_OIDC_ROLE_CLAIM: z.string().default('groups'),
    ATP_OIDC_ROLES: z
      .string()
      .refine((text) => text.split(',').every((pair) => GROUP_WITH_ROLE.test(pair)), {
        error: `must be <group>=<role>, with commas between them; roles are ${ROLES.join(', ')}`,
      })
      .transform(mappingOf)
      .optional(),
    ATP_OIDC_SCOPES: z
      .string()
      .refine((text) => text.split(' ').includes('openid'), {
        error: 'must be names with blanks between them, openid among them',
      })
      .default('openid profile email'),
  })
  .superRefine((variables, context) => {
    const missing = NEEDED.filter((name) => variables[name] === undefined);
    if (missing.length === 0 || missing.length === NEEDED.length) return;
    context.addIssue(`${NEEDED.join(', ')} go together: ${missing.join(', ')} is not set`);
  })
  .transform((variables): ProviderSettings | null => {
    const { ATP_OIDC_ISSUER, ATP_OIDC_CLIENT_ID, ATP_OIDC_CLIENT_SECRET, ATP_OIDC_ROLES } = variables;
    if (!ATP_OIDC_ISSUER || !ATP_OIDC_CLIENT_ID || !ATP_OIDC_CLIENT_SECRET || !ATP_OIDC_ROLES) return null;
    return {
      issuer: ATP_OIDC_ISSUER,
      clientId: ATP_OIDC_CLIENT_ID,
      clientSecretRef: ATP_OIDC_CLIENT_SECRET,
      scopes: variables.ATP_OIDC_SCOPES,
      roleClaim: variables.ATP_OIDC_ROLE_CLAIM,
      roles: ATP_OIDC_ROLES,
    };
  });

/** By plain HTTP only on this machine: tokens travel on this way. */
function isIssuer(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || url.search !== '' || url.hash !== '' || url.username !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname));
}

function mappingOf(text: string): RoleMapping {
  const pairs = text.split(',').map((pair) => GROUP_WITH_ROLE.exec(pair) ?? []);
  return Object.fromEntries(pairs.map(([, group = '', role]) => [group, role as Role]));
}
