import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { getGetHubspotQueryKey, useGetHubspot, usePostHubspotConnect } from '../../../client/vouchflow.ts';

/** Long enough to read HubSpot's page; its state on our side lives as long. */
const waitsMs = 10 * 60_000;

/**
 * Connect: HubSpot's consent page in a pop-up (S11), or in this window where pop-ups are closed off. The pop-up cannot
 * tell us that it is done, since browsers separate it from this page, so whoever waits looks at the connection.
 */
export function useConnect() {
  const queries = useQueryClient();
  const [isWaiting, setWaiting] = useState(false);
  const { data } = useGetHubspot();
  const begin = usePostHubspotConnect();
  const isActive = data?.status === 'active';
  useEffect(() => {
    if (isActive) setWaiting(false);
  }, [isActive]);
  useEffect(() => {
    if (!isWaiting) return;
    const timer = setTimeout(() => setWaiting(false), waitsMs);
    return () => clearTimeout(timer);
  }, [isWaiting]);

  const start = () => {
    // Opened in the click itself, before anything is awaited: a later one counts as unwanted.
    const popUp = window.open('', 'vouchflow-connect', 'popup,width=720,height=820');
    begin.mutate(undefined, {
      onSuccess: ({ authorizeUrl }) => {
        if (!popUp) return window.location.assign(authorizeUrl);
        popUp.location.href = authorizeUrl;
        setWaiting(true);
        void queries.invalidateQueries({ queryKey: getGetHubspotQueryKey() });
      },
      onError: () => popUp?.close(),
    });
  };
  return { start, isStarting: begin.isPending, isWaiting, error: begin.error };
}
