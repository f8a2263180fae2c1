/** The kinds of runs that a person asks for. `needs-attention`: those that ended with something for a person to look at. */
export const PIPELINE_STATES = ['pending', 'running', 'completed', 'failed', 'needs-attention'] as const;

export type PipelineState = (typeof PIPELINE_STATES)[number];

/** `other`: a person, or another part of the product, such as a file that wakes its lane. */
export const RUN_STARTERS = ['schedule', 'other'] as const;

export type RunStarter = (typeof RUN_STARTERS)[number];
