/** `npm run test:long`: thousands of interleavings of commits and producers. */
import { testInterleavings } from './interleavings.ts';

testInterleavings(2_100);
