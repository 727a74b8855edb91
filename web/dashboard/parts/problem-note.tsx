import { Button, Code, Stack, Text } from '@mantine/core';
import { ApiProblem } from '../../../client/request.ts';
import { texts } from '../texts.ts';
import { Note } from './note.tsx';

/** What to do about it, in the API's own words; whom to tell, when it is a fault of ours. */
export const problemText = (error: unknown): string => {
  if (!(error instanceof ApiProblem)) return texts.problems.unknown;
  if (error.status === 0) return texts.problems.unreachable;
  return error.detail || error.title || texts.problems.unknown;
};

interface ProblemNoteProps {
  readonly error: unknown;
  readonly title?: string;
  readonly onRetry?: () => void;
}

export function ProblemNote({ error, title = texts.problems.title, onRetry }: ProblemNoteProps) {
  const requestId = error instanceof ApiProblem && error.status >= 500 ? error.instance : '';
  return (
    <Note tone="problem" title={title} role="alert">
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{problemText(error)}</Text>
        {requestId && (
          <Text size="xs">
            {texts.problems.requestId} <Code>{requestId}</Code>
          </Text>
        )}
        {onRetry && (
          <Button size="xs" variant="default" onClick={onRetry}>
            {texts.problems.retry}
          </Button>
        )}
      </Stack>
    </Note>
  );
}
