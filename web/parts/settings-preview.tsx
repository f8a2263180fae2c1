/** What settings of products would do: in their group, and in every group where their facility sells. */
import type { InputOf } from '../api/operation-types.ts';
import { useAll } from '../api/pages.ts';
import { WhatIf } from './what-if.tsx';

interface SettingsPreviewProps {
  readonly settings: InputOf<'product.set'>;
  /** Absent: all products. */
  readonly skus?: readonly string[];
}

export function SettingsPreview({ settings, skus }: SettingsPreviewProps) {
  const { facilityId, safetyStock, allowBrokering, facilityGroupId, threshold } = settings;
  const facilities = useAll('facility.list', { facilityId }, { isEnabled: facilityId !== undefined });
  const groups = facilities.data?.[0]?.facilityGroupIds ?? [];
  const isAtFacility = facilityId && (safetyStock !== undefined || allowBrokering !== undefined);
  const isInGroup = facilityGroupId && threshold !== undefined && (threshold !== null || skus);
  const inGroup = isInGroup ? { threshold } : {};
  const shown = [
    ...(isAtFacility ? groups : []),
    ...(isInGroup && !(isAtFacility && groups.includes(facilityGroupId)) ? [facilityGroupId] : []),
  ];
  return shown.map((group) => (
    <WhatIf
      key={group}
      change={{
        facilityGroupId: group,
        skus,
        ...(isAtFacility && groups.includes(group) && { facilityId, safetyStock, allowBrokering }),
        ...(group === facilityGroupId && inGroup),
      }}
    />
  ));
}
