import { subjectOf, textOf, type AlertMessage } from '../domain/alert-message.ts';
import { post } from './post.ts';

/** Posts `{"text": …}`, as Slack's incoming webhooks take it, and others that are made like them. */
export async function sendToSlack(
  { name, url }: { readonly name: string; readonly url: string },
  message: AlertMessage,
): Promise<void> {
  const text = escape(`*${subjectOf(message)}*\n${textOf(message)}`);
  await post(name, url, JSON.stringify({ text }), {});
}

/** The three characters that Slack gives a meaning, so that no name from outside calls a channel or makes a link. */
function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
