import { search, type Found } from './search.ts';
import type { Safeguard } from './safeguards.ts';
import { firstWorldOf, modelOf, STATES_MAX, type Scenario } from './scenarios.ts';
import { storyInWords } from './story.ts';

/** Searches the scenario and prints what was found, with the story of a violation. */
export function searchAndTell(title: string, scenario: Scenario, without: readonly Safeguard[] = []): Found {
  const begun = performance.now();
  const found = search(modelOf(scenario, without), firstWorldOf(scenario), STATES_MAX);
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  const { states, transitions, depth, ends, cutOff, megabytes, violation, isUnfinished } = found;
  const figures = `${states} states, ${transitions} steps, depth ${depth}, ${ends} ends (${cutOff} cut off), ${megabytes} MB, ${seconds} s`;
  const outcome = isUnfinished
    ? `UNFINISHED: the limit of ${STATES_MAX} states was reached`
    : (violation?.what ?? 'no violation');
  const lines = [
    `${title}: ${figures}`,
    `  ${outcome}`,
    ...(violation ? [storyInWords(violation.story)] : []),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  return found;
}
