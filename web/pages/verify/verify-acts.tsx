import { counted } from '../../../src/domain/words.ts';
import type { ResultOf } from '../../api/operation-types.ts';
import { useLook } from '../../api/queries.ts';
import { Act } from '../../parts/act.tsx';
import { DoneLink } from '../../parts/tell.tsx';
import { runHref } from '../../parts/run-link.tsx';
import { LIST_PAGE } from './list-page.ts';
import type { StartedRun } from './verify-run.tsx';

/** A sample that says something, and takes a moment. */
const SAMPLE = 100;

interface VerifyActsProps {
  readonly shopId: string;
  readonly onBegun: (run: StartedRun) => void;
}

export function VerifyActs({ shopId, onBegun }: VerifyActsProps) {
  const found = useLook('shop.differences', { shopId, limit: LIST_PAGE });
  const last = found.data?.verification;
  const common = {
    name: 'job.run',
    done: ({ run }: { readonly run: StartedRun }) => (
      <DoneLink href={runHref(run)}>The verification has begun</DoneLink>
    ),
    onDone: ({ run }: { readonly run: StartedRun }) => onBegun(run),
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
        name="shop.heal"
        label="Heal all"
        input={{ shopId }}
        whyNot={last ? undefined : 'Verify first: nobody knows yet what differs'}
        consequence="What the last verification has found different, and a file can mend, comes with the next file, as it is then. Before it is done you are told how much that is."
        done={healedInWords}
      />
    </>
  );
}

/** What the next file has again. */
export function healedInWords({ products, run }: ResultOf<'shop.heal'>): string {
  if (products === 0) return 'Nothing is left that a file could heal';
  const how = run?.done ? 'the run that makes it is started' : 'the next run makes it';
  return `The next file has ${counted(products, 'product')} again; ${how}`;
}
