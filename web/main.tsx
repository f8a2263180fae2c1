import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './style.css';
import { Center, Loader, MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { readSession, type Session } from './api/client.ts';
import { problemOf, type ProblemFacts } from './api/problem.ts';
import { createQueryClient } from './api/queries.ts';
import { Clock } from './parts/instant.tsx';
import { ProblemBox } from './parts/problem-box.tsx';
import { router } from './router.tsx';
import { SessionProvider } from './session/session.tsx';
import { SignIn } from './session/sign-in.tsx';
import { theme } from './theme.ts';

const styleNonce = document.querySelector<HTMLMetaElement>('meta[name="style-nonce"]')?.content ?? '';
// What keeps the page still behind a drawer writes a style, too, and looks for the nonce under this name (get-nonce).
Object.assign(globalThis, { __webpack_nonce__: styleNonce });

type State = { readonly session: Session | null } | { readonly problem: ProblemFacts } | 'asking';

function Console() {
  const [state, setState] = useState<State>('asking');
  const [client] = useState(() => createQueryClient(() => setState({ session: null })));
  useEffect(() => {
    readSession().then(
      (session) => setState({ session }),
      (error: unknown) => setState({ problem: problemOf(error) }),
    );
  }, []);
  if (state === 'asking') {
    return (
      <Center component="main" mih="100vh">
        <Loader aria-label="Loading" />
      </Center>
    );
  }
  if ('problem' in state) {
    return (
      <Center component="main" mih="100vh" p="md">
        <ProblemBox problem={state.problem} title="The console cannot be shown" />
      </Center>
    );
  }
  if (state.session === null) {
    const onSignedIn = (session: Session) => {
      // What one person saw is not for the next, however the session before has ended.
      client.clear();
      setState({ session });
    };
    return <SignIn onSignedIn={onSignedIn} />;
  }
  const onSignOut = () => {
    client.clear();
    setState({ session: null });
  };
  return (
    <SessionProvider session={state.session} onSignOut={onSignOut}>
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </SessionProvider>
  );
}

const place = document.getElementById('root');
if (place) {
  createRoot(place).render(
    <StrictMode>
      <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={() => styleNonce}>
        <Clock>
          <Console />
        </Clock>
      </MantineProvider>
    </StrictMode>,
  );
}
