/** Differences of a page. All parts of the page ask for the same first one, so it is asked for once. */
export const LIST_PAGE = 100;
