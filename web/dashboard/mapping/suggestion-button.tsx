import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FieldProblem, request } from '../../../client/request.ts';
import type { NewHubSpotProperties } from '../../../client/vouchflow.ts';
import { problemText } from '../parts/problem-note.tsx';
import { texts } from '../texts.ts';
import { useRefresh } from './portal.ts';

interface SuggestionButtonProps {
  readonly suggestion: NonNullable<FieldProblem['suggestion']>;
  readonly onMade: (property: string) => void;
}

/** One click mends what the API refused: another campaign fills this property, so this one gets its own. */
export function SuggestionButton({ suggestion, onMade }: SuggestionButtonProps) {
  const { refresh } = useRefresh();
  const { path, method, body } = suggestion;
  const make = useMutation({
    mutationFn: () =>
      request<NewHubSpotProperties>(path, {
        method,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    onSuccess: async ({ items }) => {
      await refresh();
      const made = items[0];
      if (made) onMade(made.property.name);
    },
  });
  return (
    <div>
      <Button size="compact-xs" variant="light" loading={make.isPending} onClick={() => make.mutate()}>
        {texts.mapping.createOwn}
      </Button>
      {make.isError && (
        <div role="alert" className="vf-error">
          {problemText(make.error)}
        </div>
      )}
    </div>
  );
}
