/** Some interleavings of commits and producers; interleavings.long.test.ts has thousands. */
import { testInterleavings } from './interleavings.ts';

testInterleavings(90);
