/** The kinds of runs that a person asks for. `needs-attention`: those that ended with something for a person to look at. */
export const PIPELINE_STATES = ['pending', 'running', 'completed', 'failed', 'needs-attention'] as const;

export type PipelineState = (typeof PIPELINE_STATES)[number];
