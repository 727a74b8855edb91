import { AppShell, Burger, Center, Group, Loader, NavLink, ScrollArea, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import {
  IconActivity,
  IconArrowsSplit2,
  IconGift,
  IconLayoutDashboard,
  IconSettings,
  IconSpeakerphone,
  IconUsers,
} from '@tabler/icons-react';
import { Link, Outlet, useLocation } from '@tanstack/react-router';
import { Suspense, useEffect } from 'react';
import { useGetAuthSession } from '../../../client/vouchflow.ts';
import { ProblemNote } from '../parts/problem-note.tsx';
import { SignIn } from '../screens/sign-in.tsx';
import { texts } from '../texts.ts';
import { SessionProvider } from './session.tsx';
import { UserMenu } from './user-menu.tsx';

const places = [
  { to: '/', label: texts.nav.overview, icon: IconLayoutDashboard },
  { to: '/campaigns', label: texts.nav.campaigns, icon: IconSpeakerphone },
  { to: '/users', label: texts.nav.users, icon: IconUsers },
  { to: '/referrals', label: texts.nav.referrals, icon: IconArrowsSplit2 },
  { to: '/rewards', label: texts.nav.rewards, icon: IconGift },
  { to: '/activity', label: texts.nav.activity, icon: IconActivity },
  { to: '/settings', label: texts.nav.settings, icon: IconSettings },
] as const;

/** The frame around every screen, and the sign-in in its place for nobody's session. */
export function Shell() {
  const { pathname } = useLocation();
  const session = useGetAuthSession({ query: { staleTime: 60_000 } });
  if (pathname.endsWith('/link')) return <Pending content={<Outlet />} />;
  if (session.isPending) return <Waiting />;
  if (session.isError)
    return (
      <Center mih="100dvh" p="md">
        <ProblemNote error={session.error} onRetry={() => void session.refetch()} />
      </Center>
    );
  if (!session.data.session) return <SignIn />;
  return (
    <SessionProvider value={session.data.session}>
      <Frame />
    </SessionProvider>
  );
}

function Frame() {
  const [opened, menu] = useDisclosure(false);
  const { pathname } = useLocation();
  // A phone's menu closes with the choice that was made in it.
  useEffect(menu.close, [pathname]);
  return (
    <AppShell
      navbar={{ width: 236, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      header={{ height: { base: 52, sm: 0 } }}
      padding="md"
    >
      <a href="#main" className="vf-skip">
        {texts.nav.skip}
      </a>
      <AppShell.Header hiddenFrom="sm" px="md">
        <Group h="100%" gap="sm">
          <Burger opened={opened} onClick={menu.toggle} size="sm" aria-label={texts.nav.menu} />
          <Brand />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="sm" aria-label={texts.nav.label}>
        <Group p="xs" pb="md" visibleFrom="sm">
          <Brand />
        </Group>
        <ScrollArea style={{ flex: 1 }}>
          <Stack gap={2}>
            {places.map(({ to, label, icon: Icon }) => {
              const active = to === '/' ? pathname === '/' : pathname.startsWith(to);
              return (
                <NavLink
                  key={to}
                  component={Link}
                  to={to}
                  label={label}
                  active={active}
                  aria-current={active ? 'page' : undefined}
                  leftSection={<Icon size={18} stroke={1.7} aria-hidden />}
                  className="vf-nav"
                  variant="subtle"
                />
              );
            })}
          </Stack>
        </ScrollArea>
        <UserMenu />
      </AppShell.Navbar>
      <AppShell.Main id="main" className="vf-main">
        <Pending content={<Outlet />} />
      </AppShell.Main>
    </AppShell>
  );
}

function Brand() {
  return (
    <Link to="/" className="vf-brand">
      <img src="/assets/icon.svg" width={22} height={22} alt="" />
      <Text span inherit>
        Vouchflow
      </Text>
    </Link>
  );
}

const Pending = ({ content }: { readonly content: React.ReactNode }) => (
  <Suspense fallback={<Waiting />}>{content}</Suspense>
);

const Waiting = () => (
  <Center mih="60vh">
    <Loader size="sm" aria-label={texts.common.loading} />
  </Center>
);
