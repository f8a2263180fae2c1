/** The kinds of runs that a person asks for. */
export const PIPELINE_STATES = ['pending', 'running', 'completed', 'failed'] as const;

export type PipelineState = (typeof PIPELINE_STATES)[number];
