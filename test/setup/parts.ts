/** Asks vitest's own process for a real part; the first time in a run, that starts it. */
import { inject } from 'vitest';
import type { FreshNamespace, PartAddresses, PartName } from './parts-desk.ts';

const asked = new Map<PartName, Promise<unknown>>();

export function askForPart<Name extends PartName>(name: Name): Promise<PartAddresses[Name]> {
  const answer = asked.get(name) ?? ask(name);
  asked.set(name, answer);
  return answer as Promise<PartAddresses[Name]>;
}

/** Another one each time. */
export async function askForNamespace(): Promise<FreshNamespace> {
  return (await ask('namespace')) as FreshNamespace;
}

async function ask(name: PartName | 'namespace'): Promise<unknown> {
  const { url, token } = inject('partsDesk');
  const response = await fetch(`${url}/${name}`, { headers: { authorization: token } });
  if (!response.ok) throw new Error(`No ${name} for the tests. ${await response.text()}`);
  return response.json();
}
