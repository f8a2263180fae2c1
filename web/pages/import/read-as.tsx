/** Which type a file is read as, and as whose it is read. */
import { Select } from '@mantine/core';
import { FEED_TYPES, type FeedType } from '../../../src/domain/feed-type.ts';
import { useLook } from '../../api/queries.ts';

export interface ReadAs {
  /** Absent: by its name, its source or its header. */
  readonly type?: FeedType;
  readonly source?: string;
}

interface ReadAsFieldsProps {
  readonly readAs: ReadAs;
  readonly onChange: (readAs: ReadAs) => void;
}

export function ReadAsFields({ readAs: { type, source }, onChange }: ReadAsFieldsProps) {
  const sources = useLook('source.list');
  const change = (to: { readonly type: FeedType | undefined; readonly source: string | undefined }) =>
    onChange({
      ...(to.type !== undefined && { type: to.type }),
      ...(to.source !== undefined && { source: to.source }),
    });
  return (
    <>
      <Select
        label="Type"
        placeholder="recognised"
        clearable
        data={[...FEED_TYPES]}
        value={type ?? null}
        onChange={(value) => change({ type: FEED_TYPES.find((known) => known === value), source })}
      />
      <Select
        label="Source"
        placeholder="nobody’s settings"
        clearable
        data={(sources.data ?? []).map((each) => each.source)}
        nothingFoundMessage="No source yet"
        value={source ?? null}
        onChange={(value) => change({ type, source: value ?? undefined })}
      />
    </>
  );
}
