/** Messages of what was done, or was refused. */
import { notifications } from '@mantine/notifications';
import type { ReactNode } from 'react';
import { problemOf } from '../api/problem.ts';
import { PageLink } from './page-link.tsx';

/** A message with a link stays for longer: somebody without a mouse must get there first. */
const SHOWN_FOR_MS = { text: 8_000, link: 60_000 };

/** How far an act is that has no form to say it: one message, until what came of the act takes its place by the same id. */
export function tellAtWork(id: string, title: string, message: string): void {
  const shown = { id, title, message, loading: true, autoClose: false, withCloseButton: false } as const;
  // The first of the two does nothing when it is shown already, the second when it is not.
  notifications.show(shown);
  notifications.update(shown);
}

export function tellDone(message: ReactNode, atWork?: string): void {
  if (atWork !== undefined) notifications.hide(atWork);
  const autoClose = SHOWN_FOR_MS[typeof message === 'string' ? 'text' : 'link'];
  notifications.show({ color: 'teal', message, autoClose });
}

export function tellProblem(error: unknown, atWork?: string): void {
  if (atWork !== undefined) notifications.hide(atWork);
  const { code, detail, hint } = problemOf(error);
  notifications.show({ color: 'red', title: code, message: `${detail} ${hint}`, autoClose: false });
}

/** Leads to what an act has made. Messages stand inside the router, so nothing that is typed on the page is lost by it. */
export function DoneLink({ href, children }: { readonly href: string; readonly children: ReactNode }) {
  return <PageLink to={href as never}>{children}</PageLink>;
}
