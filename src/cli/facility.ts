import type { Command } from 'commander';
import { AtpError } from '../domain/errors.ts';
import {
  addFacility,
  listFacilities,
  setFacility,
  type Facility,
} from '../postgres/master-data/facilities.ts';
import { label, time } from './arguments.ts';
import type { Cli } from './program.ts';
import { table } from './report.ts';

interface FacilityOptions {
  readonly name?: string;
  readonly type?: string;
  readonly externalId?: string;
  readonly closed?: Date;
  readonly open?: boolean;
}

export function registerFacility(program: Command, { app, reports }: Cli): void {
  const facility = program.command('facility').description('stores, warehouses and virtual places');

  reports(facility.command('list').description('all facilities'), async () => {
    const facilities = await listFacilities(app.database());
    return { json: facilities, text: facilityTable(facilities) };
  });

  const add = facility
    .command('add')
    .description('a new facility')
    .argument('<facilityId>', 'its id', label)
    .requiredOption('--name <name>', 'what people call it', label)
    .requiredOption('--type <type>', 'RETAIL_STORE, WAREHOUSE, VIRTUAL_FACILITY or one of its kinds', label)
    .option('--external-id <id>', 'the id by which feeds may name it', label);
  reports(
    add,
    async (
      facilityId: string,
      options: Required<Pick<FacilityOptions, 'name' | 'type'>> & FacilityOptions,
    ) => {
      const { name: facilityName, type: facilityTypeId, externalId } = options;
      const added = await addFacility(app.database(), {
        facilityId,
        facilityName,
        facilityTypeId,
        externalId,
      });
      return { json: added, text: facilityTable([added]) };
    },
  );

  const set = facility
    .command('set')
    .description('change what is given, leave the rest')
    .argument('<facilityId>', 'its id', label)
    .option('--name <name>', 'what people call it', label)
    .option('--type <type>', 'RETAIL_STORE, WAREHOUSE, VIRTUAL_FACILITY or one of its kinds', label)
    .option('--external-id <id>', 'the id by which feeds may name it', label)
    .option('--closed <time>', 'from then on it sells online nowhere', time)
    .option('--open', 'it sells again where it is a member');
  reports(set, async (facilityId: string, options: FacilityOptions) => {
    const { name, type, externalId, closed, open } = options;
    if (closed !== undefined && open)
      throw new AtpError('INPUT_INVALID', { reason: 'give --closed or --open' });
    const closedDate = open ? null : closed;
    const change = { facilityName: name, facilityTypeId: type, externalId, closedDate };
    if (Object.values(change).every((value) => value === undefined)) {
      throw new AtpError('INPUT_INVALID', {
        reason: 'give --name, --type, --external-id, --closed or --open',
      });
    }
    const changed = await setFacility(app.database(), facilityId, change);
    return { json: changed, text: facilityTable([changed]) };
  });
}

function facilityTable(facilities: readonly Facility[]): string {
  return table(
    ['Facility', 'Name', 'Type', 'External id', 'Closed from', 'Sells online in'],
    facilities.map((facility) => [
      facility.facilityId,
      facility.facilityName,
      facility.facilityTypeId,
      facility.externalId,
      facility.closedDate,
      facility.isVirtual ? 'never (virtual)' : facility.facilityGroupIds.join(', ') || null,
    ]),
    'There are no facilities yet; `atp facility add` makes one.',
  );
}
