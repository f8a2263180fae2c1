/** What a person decides about a held plan. */
import { Group } from '@mantine/core';
import { Act } from './act.tsx';
import { DoneLink } from './tell.tsx';

interface PlanActsProps {
  readonly shopId: string;
  readonly plan: number;
  /** The revision that was looked at: what has joined the plan since is not approved with it. */
  readonly revision: number;
  readonly products: number;
  /** Why nothing can be decided. */
  readonly whyNot?: string | undefined;
}

export function PlanActs({ shopId, plan, revision, products, whyNot }: PlanActsProps) {
  const many = products === 1 ? '1 product is' : `${products} products are`;
  return (
    <Group gap="xs">
      <Act
        name="lane.approve"
        label="Approve"
        input={{ shopId, plan, revision }}
        ask={['reason']}
        whyNot={whyNot}
        button={{ variant: 'filled' }}
        consequence={`${many} computed anew and published, by revision ${revision} of the plan. What has joined it since then stays held.`}
        done={({ decided }) =>
          decided.sequence === null ? (
            'Approved. Nothing differed any more, so no file was made'
          ) : (
            <DoneLink href={`/files/${shopId}/${decided.sequence}`}>
              Approved: file {decided.sequence} with {decided.rows} rows
            </DoneLink>
          )
        }
      />
      <Act
        name="lane.reject"
        label="Reject"
        input={{ shopId, plan }}
        ask={['reason']}
        whyNot={whyNot}
        isDangerous
        consequence="Nothing of the plan is sent. The next run judges its products anew, so mend what has caused it first."
        done={() => `Plan ${plan} of ${shopId} is rejected`}
      />
    </Group>
  );
}
