import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import {
  getHubspotLists,
  getHubspotPipelines,
  getHubspotPropertiesByObject,
  useGetHubspot,
} from '../../../client/vouchflow.ts';
import { problemText } from '../parts/problem-note.tsx';
import { texts } from '../texts.ts';

/** S35, S66: HubSpot is read again, and whatever the selects offered is asked for anew; nothing typed changes. */
export function useRefresh() {
  const queries = useQueryClient();
  const [isRefreshing, setRefreshing] = useState(false);
  const refresh = async () => {
    setRefreshing(true);
    try {
      await getHubspotPropertiesByObject('contacts', { refresh: 'true' });
      // An account may have granted contacts only: what cannot be read is not offered, and says so where it is needed.
      await Promise.allSettled([
        getHubspotPropertiesByObject('deals', { refresh: 'true' }),
        getHubspotPipelines({ refresh: 'true' }),
        getHubspotLists({ refresh: 'true' }),
      ]);
      await queries.invalidateQueries({
        predicate: ({ queryKey }) => String(queryKey[0]).startsWith('/api/v1/hubspot/'),
      });
      notifications.show({ message: texts.mapping.refreshed, autoClose: 2_500 });
    } catch (problem) {
      notifications.show({ color: 'red', title: texts.mapping.notRefreshed, message: problemText(problem) });
    } finally {
      setRefreshing(false);
    }
  };
  return { refresh, isRefreshing };
}

export function useIsConnected(): boolean | undefined {
  const { data } = useGetHubspot();
  return data && data.status === 'active';
}
