import { Anchor, Box, Button, Group, Skeleton } from '@mantine/core';
import { Link, useParams } from '@tanstack/react-router';
import { Note } from '../parts/note.tsx';
import { Page } from '../parts/page.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { Status } from '../parts/status.tsx';
import { texts } from '../texts.ts';
import { DetailsStep } from './details-step.tsx';
import { IntegrationsStep } from './integrations-step.tsx';
import { type Step, stepOf, steps } from './local-problems.ts';
import { PagesStep } from './pages-step.tsx';
import { PromoteStep } from './promote-step.tsx';
import { PublishButton } from './publish-button.tsx';
import { RewardsStep } from './rewards-step.tsx';
import { type BuilderState, useBuilder, useSavedCampaign } from './use-builder.ts';

const t = texts.builder;

const screens: Readonly<Record<Step, (props: { readonly builder: BuilderState }) => React.ReactNode>> = {
  details: DetailsStep,
  rewards: RewardsStep,
  pages: PagesStep,
  integrations: IntegrationsStep,
  promote: PromoteStep,
};

/** Edit Campaign: one step above, all five to choose from below. */
export function Builder() {
  const { campaignId, step } = useParams({ from: '/campaigns/$campaignId/edit/$step' });
  const { data, error } = useSavedCampaign(campaignId);
  const current = steps.find((each) => each === step) ?? 'details';
  if (error)
    return (
      <Page title={t.title}>
        <ProblemNote error={error} />
      </Page>
    );
  if (!data)
    return (
      <Page title={t.title}>
        <Skeleton height={320} radius="lg" />
      </Page>
    );
  return <Editing key={campaignId} loaded={data} step={current} />;
}

interface EditingProps {
  readonly loaded: NonNullable<ReturnType<typeof useSavedCampaign>['data']>;
  readonly step: Step;
}

function Editing({ loaded, step }: EditingProps) {
  const builder = useBuilder(loaded);
  const { campaign, draft, saveError } = builder;
  const Screen = screens[step];
  return (
    <Page
      title={draft.details.name || campaign.name}
      above={
        <Anchor component={Link} to="/campaigns" size="sm" c="dimmed">
          ← {texts.campaigns.title}
        </Anchor>
      }
      actions={
        <>
          <Status of={campaign.status} />
          <PublishButton builder={builder} />
        </>
      }
    >
      {saveError !== null && (
        <Group mb="md">
          <ProblemNote error={saveError} title={t.notSaved} />
        </Group>
      )}
      {builder.isDirty && (
        <Box mb="md">
          <Note role="status">
            <Group justify="space-between" gap="xs">
              {t.unsaved}
              <Button size="compact-xs" variant="subtle" onClick={builder.discard}>
                {t.discard}
              </Button>
            </Group>
          </Note>
        </Box>
      )}
      {builder.conflicts.length > 0 && (
        <Box mb="md">
          <Note tone="warning" title={t.conflictTitle}>
            {t.conflict(builder.conflicts.map((part) => t.parts[part]))}
          </Note>
        </Box>
      )}
      <Screen builder={builder} />
      <BottomBar builder={builder} current={step} />
    </Page>
  );
}

/** A phone shows some of the steps at a time: the current one is among them. */
const intoView = (item: HTMLLIElement | null) => item?.scrollIntoView({ block: 'nearest', inline: 'center' });

function BottomBar({ builder, current }: { readonly builder: BuilderState; readonly current: Step }) {
  const { campaign, problems, isDirty, isSaving, save } = builder;
  return (
    <div className="vf-builder-bar">
      <Group justify="space-between" wrap="nowrap" gap="sm">
        <nav aria-label={t.steps} style={{ minWidth: 0 }}>
          <ul className="vf-steps">
            {steps.map((step) => {
              const invalid = problems.some(({ field }) => stepOf(field) === step);
              return (
                <li key={step} ref={step === current ? intoView : null}>
                  <Link
                    to="/campaigns/$campaignId/edit/$step"
                    params={{ campaignId: campaign.id, step }}
                    className="vf-step"
                    aria-current={step === current ? 'page' : undefined}
                  >
                    {t.stepNames[step]}
                    {invalid && (
                      <span className="vf-dot" data-kind="problem" role="img" aria-label={t.invalid} />
                    )}
                  </Link>
                </li>
              );
            })}
          </ul>
        </nav>
        <Button onClick={save} loading={isSaving} disabled={!isDirty} style={{ flexShrink: 0 }}>
          {t.save}
        </Button>
      </Group>
    </div>
  );
}
