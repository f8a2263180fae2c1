import { useNow } from './instant.tsx';
import { absolute } from './readable-instants.ts';
import { StateBadge } from './state-badge.tsx';

interface FacilityStateProps {
  readonly facility: {
    readonly isVirtual: boolean;
    /** From then on it sells online nowhere. */
    readonly closedDate: string | null;
  };
}

export function FacilityState({ facility: { isVirtual, closedDate } }: FacilityStateProps) {
  const now = useNow();
  if (isVirtual) {
    return (
      <StateBadge tone="none" about="Orders wait here: it has no stock that can be promised.">
        virtual
      </StateBadge>
    );
  }
  if (closedDate === null) return <StateBadge tone="good">open</StateBadge>;
  const isClosed = Date.parse(closedDate) <= now;
  return (
    <StateBadge
      tone={isClosed ? 'paused' : 'waiting'}
      about={`From ${absolute(closedDate)} it sells online nowhere.`}
    >
      {isClosed ? 'closed' : 'will close'}
    </StateBadge>
  );
}
