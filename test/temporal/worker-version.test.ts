import { expect, test } from 'vitest';
import { versionOf } from '../../src/temporal/worker-version.ts';

const BUNDLE = "sandbox('workflows');\n//# sourceMappingURL=data:application/json;base64,AAAA\n";

test('a version is the content of the workflows, on whatever machine they are bundled', () => {
  const here = versionOf('atp-sync', { code: BUNDLE });
  const elsewhere = versionOf('atp-sync', { code: BUNDLE.replace('AAAA', 'BBBB') });
  const changed = versionOf('atp-sync', { code: BUNDLE.replace('workflows', 'others') });

  expect(elsewhere).toEqual(here);
  expect(changed?.deploymentName).toBe('atp-sync');
  expect(changed?.buildId).not.toBe(here?.buildId);
  expect(versionOf(null, { code: BUNDLE })).toBeNull();
});
