/** Safety stock, brokering and thresholds of many products: of those that are selected, of all, or of a file. */
import { useMemo } from 'react';
import { useAll } from '../../api/pages.ts';
import { Act } from '../../parts/act.tsx';
import { SettingsPreview } from '../../parts/settings-preview.tsx';
import { formatUnits } from '../../parts/units.tsx';

const PLACES = ['facilityId', 'safetyStock', 'allowBrokering', 'facilityGroupId', 'threshold'] as const;
/** As many as one look ahead takes. */
const LOOKED_AHEAD_MAX = 500;

interface BulkSettingsProps {
  readonly selected: readonly string[];
  readonly onDone: () => void;
}

export function BulkSettings({ selected, onDone }: BulkSettingsProps) {
  const facilities = useAll('facility.list');
  const groups = useAll('group.list');
  const selection = useMemo(
    () => new File([['sku', ...selected].map(quote).join('\n')], 'selection.csv', { type: 'text/csv' }),
    [selected],
  );
  const choices = {
    facilityId: (facilities.data ?? []).map(({ facilityId, facilityName }) => ({
      value: facilityId,
      label: facilityName,
    })),
    facilityGroupId: (groups.data ?? []).map(({ facilityGroupId, facilityGroupName }) => ({
      value: facilityGroupId,
      label: facilityGroupName,
    })),
  };
  const done = ({ products }: { readonly products: number }) => `${formatUnits(products)} products are set`;
  return (
    <>
      {selected.length > 0 && (
        <Act
          name="product.set"
          label={`Set ${selected.length} selected`}
          input={{ fromFile: selection.name }}
          file={selection}
          ask={PLACES}
          choices={choices}
          consequence={`A safety stock or brokering at a facility, or a threshold in a channel, of ${selected.length} products. The next delta takes what moves to Shopify.`}
          preview={(settings) =>
            selected.length <= LOOKED_AHEAD_MAX ? (
              <SettingsPreview settings={settings} skus={selected} />
            ) : null
          }
          done={done}
          onDone={onDone}
          button={{ variant: 'filled' }}
        />
      )}
      <Act
        name="product.set"
        label="Set by file"
        ask={['fromFile', ...PLACES]}
        choices={choices}
        consequence="The file names the products, by the column sku, and may have a safetyStock, allowBrokering or threshold of each. What it does not have is what is given here."
        done={done}
      />
      <Act
        name="product.set"
        label="Set all"
        input={{ all: true }}
        ask={PLACES}
        choices={choices}
        consequence="A safety stock or brokering at a facility, or a threshold in a channel, of every product."
        preview={(settings) => <SettingsPreview settings={settings} />}
        done={done}
      />
    </>
  );
}

/** As CSV has it: a SKU may have any sign. */
function quote(value: string): string {
  return `"${value.replaceAll('"', '""')}"`;
}
