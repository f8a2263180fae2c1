/** One refusal of a mutation, as Shopify words it. */
export interface UserError {
  /** Null in a refusal by the rule `without-code` only. */
  readonly code: string | null;
  readonly field: readonly string[] | null;
  readonly message: string;
}
