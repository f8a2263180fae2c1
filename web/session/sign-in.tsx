import { Button, Card, Center, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { useEffect, useState, type SyntheticEvent } from 'react';
import { readSignInWays, signIn, type Session, type SignInWays } from '../api/client.ts';
import { problemOf, type ProblemFacts } from '../api/problem.ts';
import { ProblemBox } from '../parts/problem-box.tsx';

/** Local accounts: `atp user add` makes them. */
export function SignIn({ onSignedIn }: { readonly onSignedIn: (session: Session) => void }) {
  const [userName, setUserName] = useState('');
  const [password, setPassword] = useState('');
  const [problem, setProblem] = useState<ProblemFacts | null>(null);
  const [isTrying, setTrying] = useState(false);
  const [provider, setProvider] = useState<SignInWays['oidc']>(null);
  useEffect(() => {
    readSignInWays().then(
      ({ oidc }) => setProvider(oidc),
      // The password is asked for in any case.
      () => undefined,
    );
  }, []);

  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setTrying(true);
    setProblem(null);
    signIn(userName, password)
      .then(onSignedIn, (error: unknown) => setProblem(problemOf(error)))
      .finally(() => setTrying(false));
  };

  return (
    <Center component="main" mih="100vh" p="md">
      <Card w={360} maw="100%" padding="lg">
        <form onSubmit={submit}>
          <Stack gap="sm">
            <Title order={1}>atp-sync</Title>
            <Text size="sm" c="dimmed">
              Sign in to see what your shops sell, and why.
            </Text>
            <TextInput
              label="Name"
              name="username"
              autoComplete="username"
              autoFocus
              required
              size="sm"
              value={userName}
              onChange={({ currentTarget }) => setUserName(currentTarget.value)}
            />
            <PasswordInput
              label="Password"
              name="password"
              autoComplete="current-password"
              required
              value={password}
              onChange={({ currentTarget }) => setPassword(currentTarget.value)}
            />
            {problem && <ProblemBox problem={problem} />}
            <Button type="submit" size="sm" loading={isTrying}>
              Sign in
            </Button>
            {provider && (
              <Button component="a" href={provider.start} size="sm" variant="default">
                Sign in with {new URL(provider.issuer).host}
              </Button>
            )}
            <Text size="xs" c="dimmed">
              No account? An administrator makes one on the server: <code>atp user add</code>.
            </Text>
          </Stack>
        </form>
      </Card>
    </Center>
  );
}
