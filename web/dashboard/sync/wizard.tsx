import { Button, Group, Paper, Skeleton, Stack, Stepper } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { ApiProblem } from '../../../client/request.ts';
import { type HubSpotSetup, useGetCampaignsByIdHubspot } from '../../../client/vouchflow.ts';
import { useIsConnected } from '../mapping/portal.ts';
import { RefreshButton } from '../mapping/refresh-button.tsx';
import { isHalf, withMandatory } from '../mapping/sections.ts';
import { CampaignFilter, useCampaigns } from '../parts/campaign-select.tsx';
import { ButtonLink } from '../parts/links.tsx';
import { Note } from '../parts/note.tsx';
import { Page } from '../parts/page.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { Muted } from '../parts/words.tsx';
import { texts } from '../texts.ts';
import { MapInStep, MapOutStep } from './mapping-steps.tsx';
import { ScopeStep } from './scope-step.tsx';
import { StartStep } from './start-step.tsx';

const t = texts.sync;
export type SyncSettings = HubSpotSetup['sync'];

/**
 * One wizard behind three doors (S25 to S28): Users → Add Users, Campaigns, and the builder's Promote. Only the door
 * at Users asks for the campaign first.
 */
export function SyncWizard() {
  const { campaign } = useSearch({ from: '/sync' });
  const navigate = useNavigate();
  const isConnected = useIsConnected();
  const campaigns = useCampaigns();
  const choose = (id: string | undefined) =>
    void navigate({ to: '/sync', search: { campaign: id }, replace: true });
  return (
    <Page
      title={t.title}
      lead={t.lead}
      above={campaign && <Muted size="sm">{campaigns.get(campaign)?.name}</Muted>}
      actions={isConnected ? <RefreshButton /> : undefined}
    >
      {isConnected === false ? (
        <Note title={texts.builder.integrations.notConnected}>
          <Stack align="flex-start" gap="sm">
            {t.notConnected}
            <ButtonLink to="/settings/integrations" size="xs">
              {texts.builder.integrations.toSettings}
            </ButtonLink>
          </Stack>
        </Note>
      ) : campaign ? (
        <ForCampaign key={campaign} campaignId={campaign} />
      ) : (
        <Paper maw={560}>
          <Stack>
            <div>{t.chooseCampaign}</div>
            <CampaignFilter value={campaign} onChange={choose} />
            {campaigns.size === 0 && <Muted>{t.noCampaign}</Muted>}
          </Stack>
        </Paper>
      )}
    </Page>
  );
}

function ForCampaign({ campaignId }: { readonly campaignId: string }) {
  const setup = useGetCampaignsByIdHubspot(campaignId);
  if (setup.isPending) return <Skeleton height={280} radius="lg" />;
  if (setup.isError) return <ProblemNote error={setup.error} onRetry={() => void setup.refetch()} />;
  return <Steps campaignId={campaignId} saved={setup.data.sync} />;
}

const last = 3;

/** Steps keep what was chosen, forwards and back (S31). */
function Steps({ campaignId, saved }: { readonly campaignId: string; readonly saved: SyncSettings }) {
  const [step, setStep] = useState(0);
  const [tried, setTried] = useState(false);
  const [refused, setRefused] = useState<unknown>(null);
  const [settings, setSettings] = useState<SyncSettings>(() => ({
    ...saved,
    mappingsOut: [...withMandatory('sync', saved.mappingsOut)],
  }));
  const isNarrow = useMediaQuery('(max-width: 48em)');
  const edit = (change: Partial<SyncSettings>) => {
    setRefused(null);
    setSettings((now) => ({ ...now, ...change }));
  };
  const problem = problemOfStep(step, settings);
  const next = () => {
    setTried(problem !== null);
    if (problem === null) setStep(step + 1);
  };
  // What the API refuses is shown on the step where it can be mended.
  const refuse = (error: unknown) => {
    setRefused(error);
    const field = error instanceof ApiProblem ? (error.errors[0]?.field ?? '') : '';
    if (field.startsWith('sync.scope')) setStep(0);
    else if (field.startsWith('sync.mappingsIn')) setStep(1);
    else if (field.startsWith('sync.mappingsOut')) setStep(2);
  };
  const problems = refused instanceof ApiProblem ? refused.errors : [];
  return (
    <Stack gap="lg">
      {!isNarrow && (
        <Stepper active={step} onStepClick={setStep} size="sm" allowNextStepsSelect={false}>
          {t.steps.map((label) => (
            <Stepper.Step key={label} label={label} />
          ))}
        </Stepper>
      )}
      {isNarrow && <Muted>{t.stepOf(step + 1, t.steps[step] ?? '')}</Muted>}
      {refused !== null && <ProblemNote error={refused} title={t.refused} />}
      {tried && problem && <ProblemNote error={new ApiProblem({ status: 422, detail: problem })} />}
      <Paper>
        {step === 0 && <ScopeStep settings={settings} onChange={edit} />}
        {step === 1 && <MapInStep settings={settings} problems={problems} onChange={edit} />}
        {step === 2 && <MapOutStep settings={settings} problems={problems} onChange={edit} />}
        {step === last && (
          <StartStep campaignId={campaignId} settings={settings} onChange={edit} onRefused={refuse} />
        )}
      </Paper>
      <Group justify="space-between">
        <Button variant="default" disabled={step === 0} onClick={() => setStep(step - 1)}>
          {t.back}
        </Button>
        {step < last && <Button onClick={next}>{t.next}</Button>}
      </Group>
    </Stack>
  );
}

/** Why one may not go on yet; null when one may. S34: without the link nothing could be written. */
function problemOfStep(step: number, { scope, mappingsIn, mappingsOut }: SyncSettings): string | null {
  if (step === 0) return scope.kind === 'list' && scope.listId === '' ? t.problems.list : null;
  if (step === 1) return mappingsIn.some(isHalf) ? t.problems.half : null;
  if (step !== 2) return null;
  const link = mappingsOut.find(
    ({ source }) => source.kind === 'dynamic' && source.field === 'referral_link',
  );
  if (!link?.property) return t.problems.link;
  return mappingsOut.some(isHalf) ? t.problems.half : null;
}
