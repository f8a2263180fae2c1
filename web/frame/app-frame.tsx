import {
  ActionIcon,
  AppShell,
  Badge,
  Burger,
  Group,
  Menu,
  NavLink,
  Text,
  Tooltip,
  UnstyledButton,
  useMantineColorScheme,
  VisuallyHidden,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Notifications } from '@mantine/notifications';
import { IconLogout, IconMoon, IconSearch, IconSun, IconUser } from '@tabler/icons-react';
import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { signOut } from '../api/client.ts';
import { useLive } from '../api/live.ts';
import { useSession } from '../session/session.tsx';
import { useSignOutWhenIdle } from '../session/sign-out-when-idle.ts';
import { usePaletteKey } from './palette-key.ts';
import { PLACES } from './places.ts';
import { useWaiting } from './waiting.ts';

// Only who looks for something needs it.
const Palette = lazy(async () => ({ default: (await import('./palette.tsx')).Palette }));

/** What stands around every page: where one is, what waits, who is signed in. */
export function AppFrame() {
  const [isMenuOpen, menu] = useDisclosure();
  const [isPaletteWanted, setPaletteWanted] = useState(false);
  const isLive = useLive();
  useSignOutWhenIdle(useSession().onSignOut);
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const { counts: waiting } = useWaiting();
  useFocusOnContent(path);
  return (
    <AppShell
      header={{ height: 48 }}
      navbar={{ width: 200, breakpoint: 'sm', collapsed: { mobile: !isMenuOpen } }}
      padding="md"
    >
      <Notifications position="bottom-right" />
      <a className="skip-link" href="#content">
        Skip to the content
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger opened={isMenuOpen} onClick={menu.toggle} hiddenFrom="sm" size="sm" aria-label="Pages" />
            <Text fw={700} component={Link} to="/" c="inherit" td="none">
              atp-sync
            </Text>
          </Group>
          <Group gap="xs" wrap="nowrap">
            <LiveMark isLive={isLive} />
            <SearchButton onOpen={() => setPaletteWanted(true)} />
            <SchemeButton />
            <UserMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label="Pages">
        {PLACES.map(({ path: to, name, icon: Sign }) => (
          <NavLink
            key={to}
            component={Link}
            to={to}
            label={name}
            leftSection={<Sign size={16} aria-hidden />}
            active={to === '/' ? path === '/' : path.startsWith(to)}
            variant="light"
            onClick={menu.close}
            rightSection={
              waiting[to] ? (
                <Badge size="sm" color="orange" variant="filled">
                  {waiting[to]}
                  <VisuallyHidden> wait</VisuallyHidden>
                </Badge>
              ) : undefined
            }
          />
        ))}
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1}>
        <Outlet />
      </AppShell.Main>
      <Suspense>
        <PaletteWhenWanted isWanted={isPaletteWanted} onWanted={() => setPaletteWanted(true)} />
      </Suspense>
    </AppShell>
  );
}

/** Who works by keyboard is at the page that was asked for, and not at what has led to it and is gone. */
function useFocusOnContent(path: string): void {
  const shown = useRef(path);
  useEffect(() => {
    if (shown.current === path) return;
    shown.current = path;
    document.getElementById('content')?.focus({ preventScroll: true });
  }, [path]);
}

function LiveMark({ isLive }: { readonly isLive: boolean }) {
  return (
    <Tooltip
      label={
        isLive
          ? 'Lanes and runs show themselves as they change.'
          : 'The server tells nothing now: this page looks again every half minute.'
      }
    >
      <Badge variant="dot" color={isLive ? 'teal' : 'gray'} tt="none" tabIndex={0} visibleFrom="xs">
        {isLive ? 'live' : 'not live'}
      </Badge>
    </Tooltip>
  );
}

function SearchButton({ onOpen }: { readonly onOpen: () => void }) {
  return (
    <UnstyledButton
      onClick={onOpen}
      aria-label="Find … Ctrl K: a SKU, a shop, a job, a run or a page"
      className="search-button"
    >
      <Group gap={6} wrap="nowrap">
        <IconSearch size={14} aria-hidden />
        <Text size="sm" visibleFrom="sm">
          Find …
        </Text>
        <Text size="xs" c="dimmed" visibleFrom="sm">
          Ctrl K
        </Text>
      </Group>
    </UnstyledButton>
  );
}

function SchemeButton() {
  const { setColorScheme, colorScheme } = useMantineColorScheme();
  const isDark =
    colorScheme === 'dark' || (colorScheme === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches);
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      aria-label={isDark ? 'Show it light' : 'Show it dark'}
      onClick={() => setColorScheme(isDark ? 'light' : 'dark')}
    >
      {isDark ? <IconSun size={16} /> : <IconMoon size={16} />}
    </ActionIcon>
  );
}

function UserMenu() {
  const { session, onSignOut } = useSession();
  const leave = () => {
    void signOut()
      .then((continueAt) => continueAt !== null && window.location.assign(continueAt))
      .finally(onSignOut);
  };
  return (
    <Menu position="bottom-end" withArrow>
      <Menu.Target>
        <UnstyledButton aria-label={`Signed in as ${session.name}`}>
          <Group gap={4} wrap="nowrap">
            <IconUser size={16} aria-hidden />
            <Text size="sm" visibleFrom="sm">
              {session.name}
            </Text>
          </Group>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {session.name}, {session.role}
        </Menu.Label>
        <Menu.Item leftSection={<IconLogout size={14} />} onClick={leave}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

interface PaletteWhenWantedProps {
  readonly isWanted: boolean;
  readonly onWanted: () => void;
}

function PaletteWhenWanted({ isWanted, onWanted }: PaletteWhenWantedProps) {
  usePaletteKey(onWanted);
  return isWanted ? <Palette /> : null;
}
