/** Filters of a page, in its address: a link shows another person the same. */
import { useNavigate, useSearch } from '@tanstack/react-router';

export type Filters<Name extends string> = Readonly<Partial<Record<Name, string>>>;

/** The filters now, and how some of them are changed; undefined takes one away. */
export function useFilters<const Name extends string>(
  names: readonly Name[],
): readonly [Filters<Name>, (change: Partial<Record<Name, string | undefined>>) => void] {
  const search: Readonly<Record<string, unknown>> = useSearch({ strict: false });
  const navigate = useNavigate();
  const filters = Object.fromEntries(
    names.flatMap((name) => {
      const value = search[name];
      // The router reads "7" of an address as a number.
      return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
        ? [[name, String(value)]]
        : [];
    }),
  ) as Filters<Name>;
  const change = (parts: Partial<Record<Name, string | undefined>>) =>
    void navigate({
      to: '.',
      search: ((before: object) => ({ ...before, ...parts })) as never,
      replace: true,
    });
  return [filters, change];
}
