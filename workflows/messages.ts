import { defineSignal } from '@temporalio/workflow';
import { FILE_READY_SIGNAL } from '../src/domain/jobs.ts';

/** A producer has made a file READY: a running Process uploads looks once more before it ends. */
export const fileReady = defineSignal(FILE_READY_SIGNAL);
