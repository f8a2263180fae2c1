import { plainName } from './column-names.ts';

/** What a sender's word is called by us, compared as names of columns are; the word itself, where nothing was said of it. */
export function calledByUs(text: string, called: Readonly<Record<string, string>>): string {
  const plain = plainName(text);
  const [, ours = text] = Object.entries(called).find(([theirs]) => plainName(theirs) === plain) ?? [];
  return ours;
}
