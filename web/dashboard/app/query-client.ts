import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { ApiProblem } from '../../../client/request.ts';
import { getGetAuthSessionQueryKey } from '../../../client/vouchflow.ts';

/** A session that ended meanwhile: whoever asks next for it sees the sign-in. */
function noticeSignedOut(error: unknown): void {
  if (error instanceof ApiProblem && error.status === 401) {
    void queryClient.invalidateQueries({ queryKey: getGetAuthSessionQueryKey() });
  }
}

/** Only what may pass by itself is asked again; a refusal stays a refusal. */
const mayPass = (error: unknown): boolean =>
  !(error instanceof ApiProblem) || error.status === 0 || error.status >= 500;

export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: noticeSignedOut }),
  mutationCache: new MutationCache({ onError: noticeSignedOut }),
  defaultOptions: {
    queries: { staleTime: 10_000, retry: (count, error) => count < 2 && mayPass(error) },
    mutations: { retry: false },
  },
});
