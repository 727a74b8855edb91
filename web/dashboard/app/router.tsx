import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';
import { NotFound } from '../parts/not-found.tsx';
import { Shell } from './shell.tsx';

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound });

/** A filter of a list as it stands in the address, so that a list can be shared and comes back with Back. */
const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;
const listSearch = (search: Record<string, unknown>) => ({
  campaign: text(search['campaign']),
  status: text(search['status']),
});

const overview = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: lazyRouteComponent(() => import('../screens/overview.tsx'), 'Overview'),
});
const campaigns = createRoute({
  getParentRoute: () => root,
  path: '/campaigns',
  component: lazyRouteComponent(() => import('../screens/campaigns.tsx'), 'Campaigns'),
});
const campaign = createRoute({
  getParentRoute: () => root,
  path: '/campaigns/$campaignId',
  beforeLoad: ({ params }) => {
    throw redirect({ to: '/campaigns/$campaignId/edit/$step', params: { ...params, step: 'details' } });
  },
});
const builder = createRoute({
  getParentRoute: () => root,
  path: '/campaigns/$campaignId/edit/$step',
  component: lazyRouteComponent(() => import('../builder/builder.tsx'), 'Builder'),
});
const sync = createRoute({
  getParentRoute: () => root,
  path: '/sync',
  validateSearch: (search: Record<string, unknown>) => ({ campaign: text(search['campaign']) }),
  component: lazyRouteComponent(() => import('../sync/wizard.tsx'), 'SyncWizard'),
});
const users = createRoute({
  getParentRoute: () => root,
  path: '/users',
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('../screens/users.tsx'), 'Users'),
});
const referrals = createRoute({
  getParentRoute: () => root,
  path: '/referrals',
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('../screens/referrals.tsx'), 'Referrals'),
});
const referral = createRoute({
  getParentRoute: () => root,
  path: '/referrals/$referralId',
  component: lazyRouteComponent(() => import('../screens/referral.tsx'), 'ReferralPage'),
});
const rewards = createRoute({
  getParentRoute: () => root,
  path: '/rewards',
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('../screens/rewards.tsx'), 'Rewards'),
});
const activity = createRoute({
  getParentRoute: () => root,
  path: '/activity',
  component: lazyRouteComponent(() => import('../screens/activity.tsx'), 'Activity'),
});
const settings = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  component: lazyRouteComponent(() => import('../screens/settings-general.tsx'), 'SettingsGeneral'),
});
const integrations = createRoute({
  getParentRoute: () => root,
  path: '/settings/integrations',
  component: lazyRouteComponent(() => import('../screens/integrations.tsx'), 'Integrations'),
});
const link = createRoute({
  getParentRoute: () => root,
  path: '/link',
  component: lazyRouteComponent(() => import('../screens/link.tsx'), 'Link'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    overview,
    campaigns,
    campaign,
    builder,
    sync,
    users,
    referrals,
    referral,
    rewards,
    activity,
    settings,
    integrations,
    link,
  ]),
  basepath: '/dashboard',
  defaultPreload: 'intent',
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
