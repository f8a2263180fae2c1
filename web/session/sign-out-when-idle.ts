/** A session ends after some hours without a request; looks are requests, but nobody made them. */
import { useEffect, useEffectEvent } from 'react';
import { SESSION_IDLE_MS } from '../../src/domain/limits.ts';
import { signOut } from '../api/client.ts';

const LOOK_EVERY_MS = 30_000;
const SIGNS_OF_LIFE = ['pointerdown', 'keydown', 'wheel'] as const;
/** The session is that of all tabs: whoever works in one of them is there. */
const SEEN_AT = 'atp-seen-at';

/** Signs out whoever has touched no page for SESSION_IDLE_MS, also when the machine has slept meanwhile. */
export function useSignOutWhenIdle(onSignOut: () => void): void {
  const end = useEffectEvent(
    () =>
      void signOut()
        .catch(() => undefined)
        .finally(onSignOut),
  );
  useEffect(() => {
    let seenHereAt = 0;
    const see = () => {
      seenHereAt = Date.now();
      localStorage.setItem(SEEN_AT, String(seenHereAt));
    };
    see();
    for (const sign of SIGNS_OF_LIFE) addEventListener(sign, see, { passive: true });
    const timer = setInterval(() => {
      const seenAt = Math.max(seenHereAt, Number(localStorage.getItem(SEEN_AT)));
      if (Date.now() - seenAt >= SESSION_IDLE_MS) end();
    }, LOOK_EVERY_MS);
    return () => {
      clearInterval(timer);
      for (const sign of SIGNS_OF_LIFE) removeEventListener(sign, see);
    };
  }, []);
}
