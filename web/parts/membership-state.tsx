import { useNow } from './instant.tsx';
import { StateBadge } from './state-badge.tsx';

interface MembershipStateProps {
  readonly member: {
    readonly fromDate: string;
    readonly inForce: boolean;
    readonly sellsNow: boolean;
  };
}

export function MembershipState({ member: { fromDate, inForce, sellsNow } }: MembershipStateProps) {
  const now = useNow();
  if (sellsNow) return <StateBadge tone="good">sells now</StateBadge>;
  if (inForce) {
    return (
      <StateBadge tone="paused" about="A member, but its facility is closed or virtual.">
        does not sell
      </StateBadge>
    );
  }
  return Date.parse(fromDate) > now ? (
    <StateBadge tone="waiting">planned</StateBadge>
  ) : (
    <StateBadge tone="none">ended</StateBadge>
  );
}
