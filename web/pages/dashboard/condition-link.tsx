/** Where a person sees more of a condition, and can do something about it without a terminal. */
import type { ConditionCode } from '../../../src/domain/conditions.ts';
import { PageLink } from '../../parts/page-link.tsx';

interface Place {
  readonly to:
    '/approvals' | '/files/$shopId' | '/verify' | '/inventory' | '/import' | '/channels' | '/settings';
  readonly words: string;
  readonly search?: Readonly<Record<string, string>>;
}

const DECIDE = 'Look at it, and decide';
const LANE = { to: '/files/$shopId', words: 'Its files' } as const;
const ITEMS = { to: '/files/$shopId', words: 'The items', search: { part: 'left' } } as const;
const JOBS = { to: '/inventory', words: 'Its jobs' } as const;
const IMPORTS = { to: '/import', words: 'The imports' } as const;
const REFUSED = { to: '/import', words: 'The refused feeds' } as const;
const SOURCES = { to: '/settings', words: 'The sources', search: { tab: 'sources' } } as const;
const SHOPS = { to: '/settings', words: 'The shops' } as const;

const PLACES: Readonly<Partial<Record<ConditionCode, Place>>> = {
  PLAN_HELD: { to: '/approvals', words: DECIDE },
  FEED_HELD: { to: '/approvals', words: DECIDE },
  LANE_BLOCKED: { to: '/files/$shopId', words: DECIDE },
  LANE_STANDS_STILL: LANE,
  LANE_PAUSED: LANE,
  LANE_SENDS_UNSWEPT: LANE,
  CHANGE_TOO_OLD: LANE,
  RESTORE_NOTICED: LANE,
  PRODUCTS_QUARANTINED: { to: '/files/$shopId', words: 'The products', search: { part: 'quarantine' } },
  LEFT_ITEMS_SELL: ITEMS,
  LEFT_LOCATION_SELLS: ITEMS,
  VERIFY_DIFFERS: { to: '/verify', words: 'The differences' },
  SCHEDULE_NOT_RUNNING: JOBS,
  DELTA_LATE: JOBS,
  LIVE_NOT_RUNNING: JOBS,
  FEED_REFUSED: REFUSED,
  FEED_ROWS_REFUSED: REFUSED,
  FEED_UNFINISHED: IMPORTS,
  FEED_MISSING: SOURCES,
  SOURCE_SERVER_AWAY: SOURCES,
  NOTHING_TO_SELL: { to: '/channels', words: 'The channels' },
  ALERTS_NOT_DELIVERED: { to: '/settings', words: 'The alert targets', search: { tab: 'alerts' } },
  TOKEN_REFUSED: SHOPS,
  TOKEN_EXPIRES: SHOPS,
  SCOPES_MISSING: SHOPS,
  LOCATION_UNUSABLE: SHOPS,
};

/** Nothing, where no page helps: the condition says what to do. */
export function ConditionLink({ code, shopId }: { readonly code: string; readonly shopId: string | null }) {
  const place = PLACES[code as ConditionCode];
  if (!place) return null;
  const { to, words, search = {} } = place;
  const ofShop = shopId === null ? {} : to === '/files/$shopId' ? {} : { shop: shopId };
  return (
    <>
      {' · '}
      <PageLink to={to} params={{ shopId: shopId ?? '' } as never} search={{ ...ofShop, ...search } as never}>
        {words}
      </PageLink>
    </>
  );
}
