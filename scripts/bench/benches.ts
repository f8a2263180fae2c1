/** By name: each is loaded when it is run. */
export const BENCHES: Readonly<
  Record<string, () => Promise<{ run: (args: readonly string[]) => Promise<boolean> }>>
> = {
  scale: () => import('./scale.ts'),
  wake: () => import('./wake.ts'),
  start: () => import('./start.ts'),
  contention: () => import('./contention.ts'),
  age: () => import('./age.ts'),
  import: () => import('./import.ts'),
  console: () => import('./console.ts'),
  scope: () => import('./scope.ts'),
  lane: () => import('./lane.ts'),
  live: () => import('./live.ts'),
  verify: () => import('./verify.ts'),
  'hard-sync': () => import('./hard-sync.ts'),
  delta: () => import('./delta.ts'),
  'write-tax': () => import('./write-tax.ts'),
  fairness: () => import('./fairness.ts'),
  outage: () => import('./outage.ts'),
  sftp: () => import('./sftp.ts'),
};
