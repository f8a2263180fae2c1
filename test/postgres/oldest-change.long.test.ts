/** The age of the oldest change over many random stories; oldest-change.property.test.ts has a few, and what was found. */
import { testStories } from './waiting-stories.ts';

testStories(1_000);
