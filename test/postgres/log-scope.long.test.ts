/** Whom a change concerns, over many random stories; log-scope.property.test.ts has a few. */
import { testScopes } from './scoped-stories.ts';

testScopes(1_000);
