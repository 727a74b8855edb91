/** Recorded histories: what workflows of today and of every release before must be able to replay. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';

const folder = new URL('../replay/histories/', import.meta.url);

/** Of one workflow type; more of them would only say the same again. */
const perType = 8;

/** Writes the history of every run of this server, oldest first, as `{workflow type}-{path}.json`. */
export async function recordHistories(client: Client): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const runs = [];
  for await (const run of client.workflow.list()) runs.push(run);
  runs.sort((a, b) => a.startTime.getTime() - b.startTime.getTime());
  const counts = new Map<string, number>();
  for (const { type, workflowId, runId } of runs) {
    const n = (counts.get(type) ?? 0) + 1;
    counts.set(type, n);
    if (n > perType) continue;
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    const name = `${type}-${String(n).padStart(2, '0')}.json`;
    writeFileSync(new URL(name, folder), `${historyToJSON(history)}\n`);
  }
}

export interface RecordedHistory {
  readonly name: string;
  readonly workflowType: string;
  readonly history: unknown;
}

export const recordedHistories = (): RecordedHistory[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => ({
      name: file.replace(/\.json$/, ''),
      workflowType: file.split('-')[0] ?? '',
      history: JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as unknown,
    }));
