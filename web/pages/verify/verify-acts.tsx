import { Text } from '@mantine/core';
import { isHealedByFile, type DifferenceCause } from '../../../src/domain/difference.ts';
import { useLook } from '../../api/queries.ts';
import { Act, DoneLink } from '../../parts/act.tsx';
import { runHref } from '../../parts/run-link.tsx';
import { formatUnits } from '../../parts/units.tsx';
import { LIST_PAGE } from './difference-list.tsx';

/** A sample that says something, and takes a moment. */
const SAMPLE = 100;

export function VerifyActs({ shopId }: { readonly shopId: string }) {
  const found = useLook('shop.differences', { shopId, limit: LIST_PAGE });
  const last = found.data?.verification;
  const causes = Object.entries(last?.causes ?? {}) as [DifferenceCause, number][];
  const healable = causes.reduce((sum, [cause, products]) => sum + (isHealedByFile(cause) ? products : 0), 0);
  const common = {
    name: 'job.run',
    done: ({ run }: { readonly run: { readonly workflowId: string; readonly runId: string } }) => (
      <DoneLink href={runHref(run)}>The verification</DoneLink>
    ),
  } as const;
  return (
    <>
      <Act
        {...common}
        label="Verify a sample"
        input={{ job: 'verify', shopId }}
        ask={['sample']}
        need={['sample']}
        initial={{ sample: SAMPLE }}
        consequence="So many products, chosen by chance, are read from Shopify and compared. Nothing is changed."
      />
      <Act
        {...common}
        label="Verify everything"
        input={{ job: 'verify', shopId }}
        consequence="Every mapped product is read from Shopify and compared, and stock that nobody manages is looked for. Nothing is changed."
        button={{ variant: 'filled' }}
      />
      <Act
        {...common}
        label="Heal all"
        input={{ job: 'verify', shopId, heal: true }}
        whyNot={last ? undefined : 'Verify first: nobody knows yet what differs'}
        consequence={
          <Text size="sm" component="span">
            Everything is compared anew; then the next file makes equal what a file can. By the last
            verification that are <b>{formatUnits(healable)}</b> products. Units that may be sales are put on
            sale again only once the orders up to now are imported.
          </Text>
        }
      />
    </>
  );
}
