/** Whoever else says who a person is: an OpenID provider, such as the one of a company's own accounts. */
import { ROLES, type Role } from './role.ts';

export interface ProviderSettings {
  /** By which its tokens name it, such as https://id.example.com/realms/shop. */
  readonly issuer: string;
  readonly clientId: string;
  /** `env:NAME` or `file:PATH`; never the secret itself. */
  readonly clientSecretRef: string;
  readonly scopes: string;
  /** The claim that names a person's groups. */
  readonly roleClaim: string;
  readonly roles: RoleMapping;
}

/** The role that a group gives. */
export type RoleMapping = Readonly<Record<string, Role>>;

/** What makes one sign-in of one browser its own. Whoever does not have it cannot end the sign-in. */
export interface SignInProofs {
  readonly state: string;
  readonly nonce: string;
  /** Of PKCE (RFC 7636). */
  readonly verifier: string;
  /** Where the provider sends the browser back to. */
  readonly redirectUri: string;
}

/** What a provider says of who has signed in there. */
export interface ProvidedIdentity {
  /** Never given to another person: with the issuer it is who somebody is. */
  readonly subject: string;
  /** For people to read, the best one first. They may change, and say nothing about who it is. */
  readonly names: readonly string[];
  readonly groups: readonly string[];
}

export interface IdentityProvider {
  readonly issuer: string;
  readonly roleClaim: string;
  readonly roles: RoleMapping;
  /** Where the browser goes. @throws AtpError OIDC_UNREACHABLE, OIDC_SECRET_MISSING */
  readonly startUrl: (proofs: SignInProofs) => Promise<URL>;
  /**
   * @param query with which the browser came back
   * @throws AtpError OIDC_REFUSED: what came proves nothing; OIDC_UNREACHABLE, OIDC_SECRET_MISSING
   */
  readonly finish: (query: URLSearchParams, proofs: SignInProofs) => Promise<ProvidedIdentity>;
  /** Where the browser signs out there, too; null: it has no such place, or cannot be asked now. */
  readonly signOutUrl: () => Promise<URL | null>;
}

/** The greatest role of the groups; null: none of them gives one. */
export function roleOfGroups(groups: readonly string[], roles: RoleMapping): Role | null {
  const given = groups.filter((group) => Object.hasOwn(roles, group)).map((group) => roles[group]);
  return ROLES.findLast((role) => given.includes(role)) ?? null;
}
