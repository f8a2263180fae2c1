/** What a caller may do: a later role may do what the earlier ones may. */
export const ROLES = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];
