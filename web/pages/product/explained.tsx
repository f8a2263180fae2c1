/** Online ATP term by term, as the channel computes it. */
import { Card, Grid, Group, Stack, Table, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { ATP_TERMS, sumOfTerms } from '../../../src/domain/online-atp.ts';
import type { ResultOf } from '../../api/operation-types.ts';
import { Act } from '../../parts/act.tsx';
import { WholeInstant } from '../../parts/instant.tsx';
import { SettingsPreview } from '../../parts/settings-preview.tsx';
import { formatUnits, Move, Units } from '../../parts/units.tsx';

export type ExplainedProduct = ResultOf<'product.explain'>;

interface ExplainedProps {
  readonly explained: ExplainedProduct;
  readonly product: ResultOf<'product.list'>['products'][number] | undefined;
  readonly beside: ReactNode;
}

export function Explained({ explained: { explanation }, product, beside }: ExplainedProps) {
  const { sku, facilityGroupId, terms, onlineAtp, at, inTransit } = explanation;
  const sum = sumOfTerms(terms);
  const own = product?.thresholds.find((each) => each.facilityGroupId === facilityGroupId);
  return (
    <Grid gap="md">
      <Grid.Col span={{ base: 12, md: 7 }}>
        <Card component="section" aria-labelledby="terms" h="100%">
          <Group justify="space-between" align="flex-start">
            <div>
              <Title order={2} id="terms">
                Online ATP in {facilityGroupId}
              </Title>
              <Text size="xs" c="dimmed">
                as of <WholeInstant at={at} />
              </Text>
            </div>
            <Act
              name="product.set"
              label="Set threshold"
              input={{ sku, facilityGroupId }}
              current={{ threshold: own?.threshold ?? null }}
              ask={['threshold']}
              whyNot={product ? undefined : 'Its own settings are not read yet'}
              consequence={`${own ? `${sku} has a threshold of its own, ${own.threshold}.` : `${sku} has the channel’s own threshold.`} A threshold that is given counts in place of it.`}
              preview={(settings) => <SettingsPreview settings={settings} skus={[sku]} />}
              done={() => `The threshold of ${sku} is set`}
            />
          </Group>
          <Table mt="xs" withRowBorders={false} verticalSpacing={4} aria-labelledby="terms">
            <Table.Tbody>
              {ATP_TERMS.map(({ term, sign, title }, place) => (
                <Table.Tr key={term} {...(terms[term] === 0 && { c: 'dimmed' })}>
                  <Table.Th scope="row" fw={400}>
                    {title}
                    {term === 'threshold' && own ? ' (its own)' : ''}
                  </Table.Th>
                  <Table.Td data-align="right" className="units">
                    {place > 0 && terms[term] !== 0 ? `${sign} ` : ''}
                    {formatUnits(terms[term])}
                  </Table.Td>
                </Table.Tr>
              ))}
              {sum < 0 && (
                <Table.Tr>
                  <Table.Th scope="row" fw={400}>
                    Sum: more is promised than there is
                  </Table.Th>
                  <Table.Td data-align="right">
                    <Move value={sum} />
                  </Table.Td>
                </Table.Tr>
              )}
              <Table.Tr style={{ borderTop: '1px solid var(--table-border-color)' }}>
                <Table.Th scope="row">Online ATP</Table.Th>
                <Table.Td data-align="right" fw={700}>
                  <Units value={onlineAtp} />
                </Table.Td>
              </Table.Tr>
            </Table.Tbody>
          </Table>
          {inTransit.length > 0 && (
            <Text size="xs" c="dimmed" mt="xs">
              Not counted, on the way:{' '}
              {inTransit
                .map(
                  ({ units, fromFacilityId, toFacilityId }) =>
                    `${formatUnits(units)} from ${fromFacilityId ?? 'outside'} to ${toFacilityId ?? 'outside'}`,
                )
                .join(', ')}
            </Text>
          )}
        </Card>
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 5 }}>
        <Stack h="100%">{beside}</Stack>
      </Grid.Col>
    </Grid>
  );
}
