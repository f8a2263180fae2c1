/** A file of each type as it should be: those of the documents. */
import type { FeedType } from '../../../src/domain/feed-type.ts';
import { saveAs } from '../../parts/data-table.tsx';

const SAMPLES = import.meta.glob<string>('../../../docs/samples/*.csv', { query: '?raw', import: 'default' });

export async function saveSample(type: FeedType): Promise<void> {
  saveAs(new Blob([await readSample(type)], { type: 'text/csv' }), `${type}.csv`);
}

/** Our columns of the type. */
export async function columnsOfSample(type: FeedType): Promise<readonly string[]> {
  const [header = ''] = (await readSample(type)).split('\n', 1);
  return header.trim().split(',');
}

async function readSample(type: FeedType): Promise<string> {
  return (await SAMPLES[`../../../docs/samples/${type}.csv`]?.()) ?? '';
}
