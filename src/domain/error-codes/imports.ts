/** Imports by number: held by gates, decided about, undone. */
import type { ErrorEntry } from './error-entry.ts';

export const IMPORT_ERRORS = {
  FEED_HELD: {
    class: 'callers-fault',
    message: (d) => `"${d.fileName}" is held as import ${d.importId}: ${d.reasons}.`,
    hint: (d) =>
      `Nothing of it is applied. \`atp import show ${d.importId}\` tells what it would change; then \`atp import approve ${d.importId} --reason <text>\`, or \`reject\`. It holds back the feeds behind it in its folder.`,
  },
  FEED_IMPLAUSIBLE: {
    class: 'callers-fault',
    message: (d) => `"${d.fileName}" was not imported: ${d.reasons}.`,
    hint: 'Look at it with `--dry-run`. If it is right, say so: `atp import <file> --pass-gates`. The limits of a sender are settings of its source (`atp source set`).',
  },
  FEED_REJECTED: {
    class: 'callers-fault',
    message: (d) => `"${d.fileName}" was rejected by ${d.by}: ${d.reason}.`,
    hint: 'Nothing of it was applied. Let the sender mend and send it again.',
  },
  FEED_REPLACED: {
    class: 'callers-fault',
    message: (d) => `"${d.fileName}" was held, and a later feed of its source says what it said.`,
    hint: 'Nothing to do: the later one counts.',
  },
  IMPORT_UNFINISHED: {
    class: 'retry',
    message: (d) =>
      `"${d.fileName}" is judged as import ${d.importId}, and posted in part: ${progressInWords(d)}. ${d.reason}`,
    hint: (d) =>
      `Do not send it again: the next import goes on with it, by a job or by hand. \`atp import show ${d.importId}\` tells how far it is; \`atp import undo ${d.importId} --reason <text>\` takes back what is posted.`,
  },
  IMPORT_UNDO_UNFINISHED: {
    class: 'retry',
    message: (d) =>
      `Import ${d.importId}, "${d.fileName}", is undone, and taken back in part so far. ${d.reason}`,
    hint: (d) =>
      `The next import of stock goes on with it, by a job or by hand; so does \`atp import undo ${d.importId} --reason <text>\`. \`atp import show ${d.importId}\` tells how far it is. When a quantity would leave the range of levels, correct that level first.`,
  },
  IMPORT_STUCK: {
    class: 'not-now',
    message: (d) =>
      `Import ${d.importId}, "${d.fileName}", is posted in part and cannot be posted whole: a quantity would leave the range of levels by what others have posted since.`,
    hint: (d) =>
      `Do not send it again. Correct the level, and the next import goes on with this one. Or end it: of counts and differences, \`atp import undo ${d.importId} --reason <text>\` takes back what is posted; of order lines, \`atp import reject ${d.importId} --reason <text>\` refuses the rows that are left, which go to the error file, and what is applied stays.`,
  },
  IMPORT_UNKNOWN: {
    class: 'callers-fault',
    message: (d) => `There is no import ${d.importId}.`,
    hint: '`atp import list` shows the imports and their numbers.',
  },
  IMPORT_NOT_HELD: {
    class: 'callers-fault',
    message: (d) => `Import ${d.importId} is not held: it is ${d.state}.`,
    hint: (d) => `\`atp import show ${d.importId}\` tells who has decided what, and what it has changed.`,
  },
  IMPORT_NOT_REJECTABLE: {
    class: 'callers-fault',
    message: (d) =>
      `Import ${d.importId}, "${d.fileName}", is posted in part: nothing of it can be rejected alone.`,
    hint: (d) =>
      `\`atp import undo ${d.importId} --reason <text>\` takes back what is posted, and the rest is never posted.`,
  },
  IMPORT_BEHIND_HELD: {
    class: 'callers-fault',
    message: (d) => `Import ${d.importId} is behind import ${d.first}, which is held.`,
    hint: (d) =>
      `Decide about that one first: \`atp import show ${d.first}\`. Once it is decided, this one goes on by itself.`,
  },
  IMPORT_NOT_APPLIED: {
    class: 'callers-fault',
    message: (d) => `Import ${d.importId} has changed nothing: it is ${d.state}.`,
    hint: 'Only what was applied can be undone. One that is held is rejected: `atp import reject <import> --reason <text>`.',
  },
  IMPORT_UNDONE: {
    class: 'callers-fault',
    message: (d) => `Import ${d.importId} is undone already.`,
    hint: (d) => `\`atp import show ${d.importId}\` tells who has undone it, when and why.`,
  },
  IMPORT_NOT_UNDOABLE: {
    class: 'callers-fault',
    message: (d) => `Import ${d.importId} cannot be undone: a feed of ${d.type} says how things are.`,
    hint: 'Send a feed with the right states: it takes the place of the wrong ones. Of order lines that are applied only in part, `atp import reject` ends the rest.',
  },
  IMPORT_CONTINUED: {
    class: 'callers-fault',
    message: (d) =>
      `Import ${d.importId} was not undone: its file was sent again as import ${d.rest}, of which only the rows counted that this one had refused.`,
    hint: (d) => `Undo that one first: \`atp import undo ${d.rest} --reason <text>\`, then this one.`,
  },
  IMPORT_UNDO_INEXACT: {
    class: 'callers-fault',
    message: (d) =>
      `Import ${d.importId} was not undone: something that came before or after it was undone since, so nobody can say what ${d.levels} of its quantities would be without it.`,
    hint: 'Send a count of these products: it is right whatever was before.',
  },
} as const satisfies Record<string, ErrorEntry>;

function progressInWords({ done, total }: Readonly<Record<string, unknown>>): string {
  return typeof done === 'number' ? `${done} of ${String(total)} rows` : 'how far was not seen';
}
