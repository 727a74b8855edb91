import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { ApiProblem, type FieldProblem } from '../../../client/request.ts';
import {
  type Campaign,
  getGetCampaignsByIdHubspotQueryKey,
  getGetCampaignsByIdQueryKey,
  getGetCampaignsQueryKey,
  type HubSpotSetup,
  patchCampaignsById,
  putCampaignsByIdHubspot,
  useGetCampaignsById,
  useGetCampaignsByIdHubspot,
} from '../../../client/vouchflow.ts';
import { texts } from '../texts.ts';
import {
  changedParts,
  type Draft,
  isSame,
  keepDraft,
  keptDraft,
  type Part,
  rebased,
  savedDraft,
  withoutBlankRows,
} from './draft.ts';
import { localProblems } from './local-problems.ts';

export interface BuilderState {
  readonly campaign: Campaign;
  readonly saved: Draft;
  readonly draft: Draft;
  readonly isDirty: boolean;
  /** Parts that somebody else saved while they were typed in here. */
  readonly conflicts: readonly Part[];
  /** What is wrong, ours and the API's, by the field's name in the API. */
  readonly problems: readonly FieldProblem[];
  readonly isSaving: boolean;
  readonly saveError: unknown;
  readonly edit: (change: (draft: Draft) => Draft) => void;
  readonly editSetup: (change: Partial<HubSpotSetup>) => void;
  readonly save: () => void;
  readonly discard: () => void;
}

type Loaded = { readonly campaign: Campaign; readonly setup: HubSpotSetup };

/** The campaign as it is saved; null while it is read, an error when it cannot be. */
export function useSavedCampaign(campaignId: string) {
  const campaign = useGetCampaignsById(campaignId);
  const setup = useGetCampaignsByIdHubspot(campaignId);
  const data = campaign.data && setup.data ? { campaign: campaign.data, setup: setup.data } : null;
  return { data, error: campaign.error ?? setup.error };
}

/** The draft of one campaign: what is typed, whether it differs, saving and discarding it. */
export function useBuilder({ campaign, setup }: Loaded): BuilderState {
  const queries = useQueryClient();
  const { id } = campaign;
  const saved = useMemo(() => savedDraft(campaign, setup), [campaign, setup]);
  const [kept, setKept] = useState(() => keptDraft(id));
  const [refused, setRefused] = useState<readonly FieldProblem[]>([]);
  const { base, draft, conflicts } = useMemo(
    () => rebased(kept ?? { base: saved, draft: saved }, saved),
    [kept, saved],
  );
  const isDirty = !isSame(withoutBlankRows(draft), saved);
  useEffect(() => keepDraft(id, isDirty ? { base, draft } : null), [id, base, draft, isDirty]);

  const reread = () =>
    Promise.all(
      [
        getGetCampaignsByIdQueryKey(id),
        getGetCampaignsByIdHubspotQueryKey(id),
        getGetCampaignsQueryKey(),
      ].map((queryKey) => queries.invalidateQueries({ queryKey })),
    );
  const saving = useMutation({
    mutationFn: () =>
      save(id, {
        draft: withoutBlankRows(draft),
        saved,
        version: campaign.version,
        // The setup may yet be refused: the next try is for the version that the details made.
        onDetailsSaved: (edited) => queries.setQueryData(getGetCampaignsByIdQueryKey(id), edited),
      }),
    onSuccess: async () => {
      await reread();
      setKept(null);
      setRefused([]);
      notifications.show({ message: texts.builder.saved, autoClose: 2_500 });
    },
    onError: async (error) => {
      setRefused(error instanceof ApiProblem ? error.errors : []);
      // Saved by somebody else in this very moment: what is theirs is shown, and what is typed stays.
      if (error instanceof ApiProblem && error.status === 412) await reread();
    },
  });
  const edit = (change: (draft: Draft) => Draft) => {
    // What the API refused was said about the fields as they were.
    setRefused([]);
    saving.reset();
    setKept({ base, draft: change(draft) });
  };
  return {
    campaign,
    saved,
    draft,
    isDirty,
    problems: [...refused, ...localProblems(draft)],
    isSaving: saving.isPending,
    saveError: saving.error,
    conflicts,
    edit,
    editSetup: (change) => edit((now) => ({ ...now, setup: { ...now.setup, ...change } })),
    save: () => saving.mutate(),
    discard: () => {
      setKept(null);
      setRefused([]);
      saving.reset();
      void reread();
    },
  };
}

/** Details first, then the setup, each only where it changed and for the version that was edited. */
async function save(
  id: string,
  {
    draft,
    saved,
    version,
    onDetailsSaved,
  }: {
    readonly draft: Draft;
    readonly saved: Draft;
    readonly version: number;
    readonly onDetailsSaved: (campaign: Campaign) => void;
  },
): Promise<void> {
  let etag = `"${version}"`;
  if (!isSame(draft.details, saved.details)) {
    const edited = await patchCampaignsById(id, { ...draft.details }, { headers: { 'if-match': etag } });
    etag = `"${edited.version}"`;
    onDetailsSaved(edited);
  }
  const parts = changedParts(draft, saved);
  if (parts.length === 0) return;
  const body = Object.fromEntries(parts.map((part) => [part, draft.setup[part]]));
  await putCampaignsByIdHubspot(id, body, { headers: { 'if-match': etag } });
}
