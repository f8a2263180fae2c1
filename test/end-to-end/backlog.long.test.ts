/** `npm run test:long`: a backlog of a hundred files. */
import { testBacklog } from './backlog.ts';

testBacklog(100);
