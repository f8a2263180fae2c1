/**
 * Every object of JavaScript has `constructor`, `toString` and the like, also the module in which the SDK looks up the type
 * of a workflow. Started as a workflow, such a function would complete, and somebody would believe that a job has run.
 */
import { workflowInfo, type WorkflowInterceptorsFactory } from '@temporalio/workflow';
import * as workflows from './index.ts';

/**
 * Called for each workflow before the SDK looks up its type. What we do not export meets what every unknown type meets:
 * a task that fails and is tried again, since a release that has the type may be on its way.
 */
export const interceptors: WorkflowInterceptorsFactory = () => {
  const { workflowType } = workflowInfo();
  if (!Object.hasOwn(workflows, workflowType)) {
    throw new TypeError(
      `Failed to initialize workflow of type '${workflowType}': no such function is exported by the workflow bundle`,
    );
  }
  return {};
};
