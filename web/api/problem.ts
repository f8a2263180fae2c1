/** What the server says when it refuses: RFC 9457, with our code and its hint. */
export interface ProblemFacts {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly hint: string;
  readonly requestId: string | null;
}

export class Problem extends Error {
  readonly facts: ProblemFacts;

  constructor(facts: ProblemFacts) {
    super(facts.detail);
    this.name = 'Problem';
    this.facts = facts;
  }
}

/** Whatever was thrown, as a problem that a person can read. */
export function problemOf(error: unknown): ProblemFacts {
  if (error instanceof Problem) return error.facts;
  return {
    status: 0,
    code: 'PAGE_FAULT',
    detail: error instanceof Error ? error.message : String(error),
    hint: 'This is a fault of the page. Load it again; if it comes back, report it with what you did.',
    requestId: null,
  };
}

export function isProblem(error: unknown, code: string): boolean {
  return error instanceof Problem && error.facts.code === code;
}
